import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** One value of a result, as a program wants it: whole numbers beyond 2⁵³ do not occur in counts of rows. */
export type Cell = string | number | boolean | null;

/** DuckDB in memory for the length of one analysis; what does not fit spills into a directory that `close` removes. */
export interface Database {
  readonly connection: DuckDBConnection;
  run(sql: string): Promise<void>;
  /** A result as objects: for aggregates, never for rows of data. */
  rows(sql: string): Promise<Record<string, Cell>[]>;
  /** Percent done of the running query, −1 where unknown. */
  progress(): number;
  close(): void;
}

/** Opens it. `memory` such as `2GB` bounds DuckDB's buffers; absent, DuckDB takes up to 80 % of the machine's. */
export async function openDatabase(memory: string | undefined): Promise<Database> {
  const spill = mkdtempSync(join(tmpdir(), 'ombre-analyze-'));
  const instance = await DuckDBInstance.create(':memory:', {
    temp_directory: spill,
    preserve_insertion_order: 'false',
    ...(memory === undefined ? {} : { memory_limit: memory }),
  });
  const connection = await instance.connect();
  return {
    connection,
    run: async (sql) => void (await connection.run(sql)),
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS().map(plain),
    progress: () => connection.progress.percentage,
    close() {
      connection.closeSync();
      instance.closeSync();
      rmSync(spill, { recursive: true, force: true });
    },
  };
}

function plain(row: Record<string, unknown>): Record<string, Cell> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? Number(value) : (value as Cell),
    ]),
  );
}

/** A name as SQL writes it. */
export function named(column: string): string {
  return `"${column.replaceAll('"', '""')}"`;
}

/** A text as SQL writes it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
