import { openPostgresStore } from '../postgres/open-postgres-store.ts';
import { errand, step, work } from './victim.suite.ts';

await work(await openPostgresStore({ url: errand.url ?? '', step }));
