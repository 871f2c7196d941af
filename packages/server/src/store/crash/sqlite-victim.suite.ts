import { openSqliteStore } from '../sqlite/open-sqlite-store.ts';
import { errand, step, work } from './victim.suite.ts';

await work(await openSqliteStore({ directory: errand.directory ?? '', now: () => 0, step }));
