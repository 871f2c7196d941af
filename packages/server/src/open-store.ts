import type { Log } from './http/log.ts';
import type { SqlStore } from './store/sql/sql-store.ts';
import type { Store } from './store/store.ts';

/** A store, and the same again where it is a database that can be backed up. */
export interface OpenedStore {
  readonly store: Store;
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

/** Opens the store that a server or a restore works on. Only the driver that is used is loaded. Throws StoreError. */
export async function openStore({
  dataDirectory,
  database,
  now,
  log,
}: OpenStoreOptions): Promise<OpenedStore> {
  if (database === undefined) {
    const { openSqliteStore } = await import('./store/sqlite/open-sqlite-store.ts');
    const sql = await openSqliteStore({ directory: dataDirectory, now });
    return { store: sql, sql };
  }
  if (database === 'memory:') {
    const { openMemoryStore } = await import('./store/memory-store.ts');
    return { store: openMemoryStore(now) };
  }
  const { openPostgresStore } = await import('./store/postgres/open-postgres-store.ts');
  const sql = await openPostgresStore({ url: database, log: (message) => log.warn({}, message) });
  return { store: sql, sql };
}
