import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { migrate } from '../migrations/migrate.ts';
import type { Dialect } from '../sql/dialect.ts';
import { type SqlStore, sqlStore } from '../sql/sql-store.ts';
import type { Tables } from '../sql/tables.ts';
import { StoreError } from '../store.ts';
import { type PostgresStep, steppedPool } from './stepped-pool.ts';
import { CHANNEL, watchPostgres } from './watch-postgres.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host/database`, or with `?host=/directory` a socket. */
  readonly url: string;
  /** Milliseconds between looks at the heads, which make up for lost notifications. Default 1,000. */
  readonly poll?: number;
  /** Most connections of this process, the listening one aside. Default 8. */
  readonly connections?: number;
  /**
   * Milliseconds after which PostgreSQL gives up a transaction whose process says nothing more: one that was paused, or whose host is gone,
   * would hold its locks against all the others. Default 5,000; ours take a few.
   */
  readonly abandoned?: number;
  /** What is worth a line in the log: a lost listening connection, and its return. */
  readonly log?: (message: string) => void;
  readonly step?: PostgresStep;
}

/** Revisions and milliseconds stay below 2⁵³, so bigint columns are read as numbers. */
const INT8 = 20;
const parsers: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text' | 'binary') =>
    id === INT8 ? Number : pg.types.getTypeParser(id, format as 'text')) as typeof pg.types.getTypeParser,
};

/** A store that several processes serve from at once. Opens the database and brings its schema up to date. A commit waits for the write-ahead log, whatever the server's default. */
export async function openPostgresStore(options: PostgresOptions): Promise<SqlStore> {
  const { url, poll = 1_000, connections = 8, abandoned = 5_000, log = () => {}, step } = options;
  const config: pg.ClientConfig = {
    connectionString: url,
    application_name: 'ombre',
    options: '-c synchronous_commit=on',
    idle_in_transaction_session_timeout: abandoned,
    connectionTimeoutMillis: 10_000,
    types: parsers,
  };
  const pool = new pg.Pool({ ...config, max: connections });
  // A connection that breaks is replaced by the pool. Without a listener it would end the process, idle (the pool's) or in use (its own).
  pool.on('error', (error) => log(`A connection to PostgreSQL broke: ${error.message}`));
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: step === undefined ? pool : steppedPool(pool, step) }),
  });
  try {
    await migrate(db, dialect.columns, dialect.lockSchema);
  } catch (error) {
    await db.destroy();
    throw dialect.explain(error) ?? error;
  }
  const watching = watchPostgres({ config, db, poll, log });
  return sqlStore(db, dialect, {
    watch: watching.watch,
    close: async () => {
      await watching.close();
      await db.destroy();
    },
  });
}

/** Any number that no other program on the database takes. */
const SCHEMA_LOCK = 0x6f6d6272;

const dialect: Dialect = {
  columns: { integer: 'bigint' },
  now: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
  locksRows: true,
  readTogether: (db, read) =>
    db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read),
  records: (json, columns) => {
    const typed = Object.entries(columns).map(([name, kind]) => sql`${sql.id(name)} ${sql.raw(kind)}`);
    return sql`json_to_recordset(${json}::json) as one(${sql.join(typed)})`;
  },
  announce: async (tx, environment) => {
    await sql`select pg_notify(${CHANNEL}, ${environment})`.execute(tx);
  },
  lockSchema: async (tx) => {
    await sql`select pg_advisory_xact_lock(${SCHEMA_LOCK})`.execute(tx);
  },
  explain: (error) => {
    if (!(error instanceof Error)) return undefined;
    const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
    if (code === '53100') {
      return new StoreError(
        'FULL',
        'The disk of PostgreSQL is full: nothing was written. Make room and try again.',
        {
          cause: error,
        },
      );
    }
    if (isAway(code, error.message)) {
      return new StoreError('UNAVAILABLE', `PostgreSQL cannot be reached: ${error.message}`, {
        cause: error,
      });
    }
    if (code.startsWith('XX')) {
      return new StoreError('CORRUPT', `PostgreSQL found damage: ${error.message}`, { cause: error });
    }
    return undefined;
  },
};

/** Classes 08 (connection), 57P (shutdown), 53 (resources), 28 and 3D (access), and what the network says. */
function isAway(code: string, message: string): boolean {
  return (
    /^(08|57P|53|28|3D)/.test(code) ||
    /^(ECONN|EPIPE|ENOTFOUND|EHOST|ENET|ETIMEDOUT|EAI_|ENOENT$)/.test(code) ||
    /^(Connection terminated|Client has encountered|timeout exceeded|Client was closed)/.test(message)
  );
}
