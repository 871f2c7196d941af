import type { Kysely, RawBuilder } from 'kysely';
import type { Columns } from '../migrations/migration.ts';
import type { StoreError } from '../store.ts';
import type { Tables } from './tables.ts';

/** What differs between the two databases; everything else of the store is written once. */
export interface Dialect {
  readonly columns: Columns;
  /** The database's clock: milliseconds since 1970. */
  readonly now: RawBuilder<number>;
  /** Rows are locked with `for share` and `for update` where several processes write. */
  readonly locksRows: boolean;
  /** Runs reads that must see one state of the database. */
  readTogether<T>(db: Kysely<Tables>, read: (tx: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** A JSON array of objects as rows to select from, by the names and kinds of their columns: one parameter, however many rows. */
  records(json: string, columns: Readonly<Record<string, 'text' | 'bigint'>>): RawBuilder<unknown>;
  /** Called last in the transaction of a change. */
  announce(tx: Kysely<Tables>, environment: string): Promise<void>;
  /** Keeps other processes out while the schema changes; called in the transaction. */
  lockSchema(tx: Kysely<never>): Promise<void>;
  /** What an error of the driver means; undefined: a fault of ours. */
  explain(error: unknown): StoreError | undefined;
}
