import { SettingsError } from './effects/settings-error.ts';
import type { Log } from './http/log.ts';
import type { NodeStore } from './store/nodes/node-store.ts';
import type { ProgressStore } from './store/progress/progress-store.ts';
import type { SqlStore } from './store/sql/sql-store.ts';
import type { Store } from './store/store.ts';
import type { TwoPhaseStore } from './store/two-phase/two-phase-store.ts';

/** A store, and the same again where it is a database that can be backed up. */
export interface OpenedStore {
  readonly store: Store;
  readonly progress: ProgressStore;
  readonly twoPhase: TwoPhaseStore;
  /** Where the processes that work on it at the same time meet; absent where there is only one. */
  readonly nodes?: NodeStore;
  readonly sql?: SqlStore;
}

export interface OpenStoreOptions {
  readonly dataDirectory: string;
  /** `postgres://…`, or `memory:`; SQLite in the data directory unless said. */
  readonly database?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** Opens the store that a server or a restore works on. Only the driver that is used is loaded. Throws StoreError, and SettingsError for a URL of another database. */
export async function openStore({
  dataDirectory,
  database,
  now,
  log,
}: OpenStoreOptions): Promise<OpenedStore> {
  if (database === undefined) {
    const { openSqliteStore } = await import('./store/sqlite/open-sqlite-store.ts');
    const sql = await openSqliteStore({ directory: dataDirectory, now });
    return { store: sql, progress: sql.progress, twoPhase: sql.twoPhase, sql };
  }
  if (database === 'memory:') {
    const { openMemoryStore } = await import('./store/memory-store.ts');
    const store = openMemoryStore(now);
    return { store, progress: store.progress, twoPhase: store.twoPhase };
  }
  if (!/^postgres(?:ql)?:\/\//.test(database))
    throw new SettingsError(`the database is a postgres:// URL, not "${database.split('://')[0]}://…"`);
  const { openPostgresStore } = await import('./store/postgres/open-postgres-store.ts');
  const sql = await openPostgresStore({ url: database, log: (message) => log.warn({}, message) });
  return { store: sql, progress: sql.progress, twoPhase: sql.twoPhase, nodes: sql.nodes, sql };
}
