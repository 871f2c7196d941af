import { type Kysely, sql } from 'kysely';
import { StoreError } from '../store.ts';
import { firstTables } from './001-first-tables.ts';
import { progress } from './002-progress.ts';
import { nodes } from './003-nodes.ts';
import { twoPhase } from './004-two-phase.ts';
import type { Columns, Migration } from './migration.ts';

/** Every step there ever was, in order; a number is never reused. */
export const migrations: readonly Migration[] = [firstTables, progress, nodes, twoPhase];

/** The schema this code reads and writes. */
export const SCHEMA: number = migrations.length;

interface SchemaTable {
  readonly schema: { readonly number: number; readonly what: string };
}

export interface Migrated {
  readonly from: number;
  readonly to: number;
}

/**
 * Brings the schema up to this code's, one transaction a step, so that a crash leaves it between two steps and never inside one.
 * Throws NEWER_SCHEMA where a newer Ombre has been here. `lock` is called first in each transaction and keeps other processes out of it.
 */
export async function migrate<T>(
  database: Kysely<T>,
  columns: Columns,
  lock: (db: Kysely<never>) => Promise<void>,
  steps: readonly Migration[] = migrations,
): Promise<Migrated> {
  const db = database as unknown as Kysely<SchemaTable>;
  const { length: target } = steps;
  let first: number | undefined;
  for (;;) {
    const done = await db.transaction().execute(async (tx) => {
      await lock(tx as unknown as Kysely<never>);
      await tx.schema
        .createTable('schema')
        .ifNotExists()
        .addColumn('number', columns.integer, (c) => c.notNull().primaryKey())
        .addColumn('what', 'text', (c) => c.notNull())
        .execute();
      const { number } = await tx
        .selectFrom('schema')
        .select(sql<number>`coalesce(max(number), 0)`.as('number'))
        .executeTakeFirstOrThrow();
      first ??= Number(number);
      if (Number(number) > target) throw newerSchema(Number(number), target);
      const step = steps[Number(number)];
      if (step === undefined) return true;
      await step.up(tx as unknown as Kysely<never>, columns);
      await tx.insertInto('schema').values({ number: step.number, what: step.what }).execute();
      return false;
    });
    if (done) return { from: first ?? 0, to: target };
  }
}

function newerSchema(found: number, known: number): StoreError {
  return new StoreError(
    'NEWER_SCHEMA',
    `The database has schema ${found}; this Ombre knows up to ${known}. Start the Ombre that wrote it or a newer one, or restore a backup made before the upgrade.`,
  );
}
