import type { Kysely } from 'kysely';
import { TABLES, type Tables } from '../store/sql/tables.ts';

/** Rows of one insert; the widest table has 19 columns, and SQLite takes 32,766 parameters. */
const BATCH = 500;
/** Revisions read at once. */
const REVISIONS = 50;

/** Copies every row of every table from one database to another, both of this schema and in transactions of the caller. Leases arrive expired. */
export async function copyTables(from: Kysely<Tables>, to: Kysely<Tables>): Promise<void> {
  for (const table of TABLES) {
    for await (const rows of pages(from, table)) {
      for (let start = 0; start < rows.length; start += BATCH) {
        const batch = rows.slice(start, start + BATCH);
        await to
          .insertInto(table)
          .values((table === 'lease' ? batch.map((row) => ({ ...row, expires: 0 })) : batch) as never)
          .execute();
      }
    }
  }
}

/** A table in parts that fit into memory: the log by revisions, the others, which hold the present only, at once. */
async function* pages(from: Kysely<Tables>, table: keyof Tables): AsyncGenerator<readonly object[]> {
  if (table !== 'change' && table !== 'version') {
    yield await from.selectFrom(table).selectAll().execute();
    return;
  }
  const { last } = await from
    .selectFrom(table)
    .select((query) => query.fn.max('revision').as('last'))
    .executeTakeFirstOrThrow();
  for (let revision = 0; revision <= (last ?? 0); revision += REVISIONS) {
    yield await from
      .selectFrom(table)
      .selectAll()
      .where('revision', '>=', revision)
      .where('revision', '<', revision + REVISIONS)
      .execute();
  }
}
