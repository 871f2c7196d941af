import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, type RawBuilder, type SqliteDatabase, SqliteDialect, sql } from 'kysely';
import { migrate } from '../migrations/migrate.ts';
import type { Dialect } from '../sql/dialect.ts';
import { type SqlStore, sqlStore } from '../sql/sql-store.ts';
import type { Tables } from '../sql/tables.ts';
import { StoreError } from '../store.ts';
import { openDatabase, type Step } from './driver.ts';
import { readHolder, removeHolder, writeHolder } from './holder.ts';

export interface SqliteOptions {
  /** The data directory; made with mode 0700 where it is absent. */
  readonly directory: string;
  /** Milliseconds since 1970, for the note of who holds the directory. */
  readonly now: () => number;
  readonly step?: Step;
}

/** A store of one process, in a file. */
export interface SqliteStore extends SqlStore {
  readonly path: string;
}

const DATABASE = 'ombre.db';

/**
 * Opens or makes the database of a data directory. It stays locked while it is open: a second process gets HELD, with the holder's name. Every
 * commit is on the disk before it is acknowledged (WAL, `synchronous=FULL`).
 */
export async function openSqliteStore({ directory, now, step }: SqliteOptions): Promise<SqliteStore> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, DATABASE);
  const holder = join(directory, 'holder.json');
  const database = openFile(path, step);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
  try {
    await takeHold(db);
    writeHolder(holder, now());
    await migrate(db, dialect.columns, dialect.lockSchema);
  } catch (error) {
    if (isBusy(error)) throw held(directory, holder, error);
    await letGo(db).catch(() => {});
    removeHolder(holder);
    database.close();
    throw dialect.explain(error) ?? error;
  }

  const listeners = new Set<(environment: string) => void>();
  const store = sqlStore(db, dialect, {
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      // On a full disk the log stays beside the file and the lock goes with the process; what is committed is safe in it.
      await letGo(db).catch(() => {});
      removeHolder(holder);
      await db.destroy();
    },
  });
  return { ...store, path };
}

function openFile(path: string, step?: Step): SqliteDatabase {
  try {
    return openDatabase(path, step);
  } catch (error) {
    const why = 'it cannot be opened; may this user read and write it and its folder?';
    throw new StoreError('UNAVAILABLE', `${path}: ${why}`, { cause: error });
  }
}

/** Takes the file's lock and keeps it: in exclusive mode SQLite never gives it back before the connection ends. */
async function takeHold(db: Kysely<Tables>): Promise<void> {
  await sql`pragma locking_mode = exclusive`.execute(db);
  await sql`pragma journal_mode = wal`.execute(db);
  await sql`pragma synchronous = full`.execute(db);
  await sql`pragma foreign_keys = on`.execute(db);
  await sql`begin exclusive`.execute(db);
  await sql`commit`.execute(db);
}

/**
 * Folds the log into the file and gives the lock back. Closing alone would not: libsql keeps the connection until the last statement made
 * on it is collected, and in WAL mode an exclusive lock cannot be left.
 */
async function letGo(db: Kysely<Tables>): Promise<void> {
  await sql`pragma journal_mode = delete`.execute(db);
  await sql`pragma locking_mode = normal`.execute(db);
  await sql`select 1 from schema`.execute(db);
}

function held(directory: string, holderPath: string, cause: unknown): StoreError {
  const holder = readHolder(holderPath);
  const who =
    holder === undefined
      ? 'another process'
      : `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  return new StoreError(
    'HELD',
    `${directory} is in use by ${who}. Talk to that one over HTTP, stop it first, or give another data directory.`,
    { cause },
  );
}

const now: RawBuilder<number> = sql<number>`cast((julianday('now') - 2440587.5) * 86400000 as integer)`;

const dialect: Dialect = {
  columns: { integer: 'integer' },
  now,
  locksRows: false,
  // One connection: a transaction sees one state.
  records: (json, columns) => {
    const read = Object.keys(columns).map((name) => sql`value ->> ${sql.lit(name)} as ${sql.id(name)}`);
    return sql`(select ${sql.join(read)} from json_each(${json})) as one`;
  },
  readTogether: (db, read) => db.transaction().execute(read),
  // One process: whoever commits knows.
  announce: async () => {},
  // The file's lock is held already.
  lockSchema: async () => {},
  explain: (error) => {
    const code = codeOf(error);
    if (code.startsWith('SQLITE_FULL')) {
      return new StoreError(
        'FULL',
        'The disk with the data directory is full: nothing was written, and what was committed before is intact. Make room and try again.',
        { cause: error },
      );
    }
    if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) {
      return new StoreError('CORRUPT', 'The database file is damaged. Restore a backup.', { cause: error });
    }
    if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
      return new StoreError('UNAVAILABLE', 'This user may not write the database of the data directory.', {
        cause: error,
      });
    }
    if (code.startsWith('SQLITE_IOERR')) {
      return new StoreError('UNAVAILABLE', 'The disk with the data directory failed.', { cause: error });
    }
    return undefined;
  },
};

function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
