import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { Command } from 'commander';
import { CommandEnd } from '../exit.ts';
import { addAnalyze } from './command.ts';

/** Whatever JSON holds; tests look into it freely. */
export type Json = ReturnType<typeof JSON.parse>;

/** What one run of `ombre analyze` printed and ended with. */
export interface Run {
  readonly out: string;
  readonly exit: number;
  readonly message: string;
  /** The JSON printed or carried by the failure. */
  readonly json: Json;
}

/** Words of a command line that hold no space themselves. */
export function wordsOf(line: string): readonly string[] {
  return line.split(' ');
}

/** Runs the command in this process, as main.ts would. */
export async function analyze(...words: string[]): Promise<Run> {
  let out = '';
  const program = new Command('ombre').option('--json').exitOverride();
  program.configureOutput({ writeOut: (text) => (out += text), writeErr: () => undefined });
  addAnalyze(program);
  for (const command of program.commands) command.copyInheritedSettings(program);
  const parsed = () => (out.startsWith('{') ? JSON.parse(out) : {});
  try {
    await program.parseAsync(['node', 'ombre', 'analyze', ...words]);
    return { out, exit: 0, message: '', json: parsed() };
  } catch (error) {
    if (!(error instanceof CommandEnd)) throw error;
    return { out, exit: error.exit, message: error.message, json: error.json as Json };
  }
}

const directory = mkdtempSync(join(tmpdir(), 'ombre-analyze-test-'));
let files = 0;

/** A file with this text. */
export function fileOf(text: string | Uint8Array, ending = 'csv'): string {
  const path = join(directory, `table-${++files}.${ending}`);
  writeFileSync(path, text);
  return path;
}

/** A file of what a query answers; the ending decides CSV or Parquet. */
export async function fileFrom(sql: string, ending = 'csv', options = ''): Promise<string> {
  const path = join(directory, `table-${++files}.${ending}`);
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const header = ending === 'parquet' ? 'FORMAT parquet' : `HEADER ${options}`;
  await connection.run(`COPY (${sql}) TO '${path}' (${header})`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

/**
 * A sound experiment of `units` units: arms A and B by hash, region, device, a day over two weeks, a metric that the
 * covariate explains mostly, and a conversion of 20 % plus `lift(region)` points in B.
 */
export function experimentSql(units: number, northLift = 0, southLift = 0, revenueLift = 0): string {
  return `SELECT *, revenue_before * 0.8 + 3 * (hash(i * 13) % 1000) / 1000.0 + CASE WHEN arm = 'B' THEN ${revenueLift} ELSE 0 END AS revenue,
    CASE WHEN (hash(i * 7) % 10000) / 10000.0 < 0.2 + CASE WHEN arm = 'A' THEN 0 WHEN region = 'north' THEN ${northLift} ELSE ${southLift} END THEN 1 ELSE 0 END AS converted
    FROM (SELECT i, 'u' || i AS user_id, CASE WHEN hash(i) % 2 = 0 THEN 'A' ELSE 'B' END AS arm,
      CASE WHEN hash(i * 3) % 2 = 0 THEN 'north' ELSE 'south' END AS region, ['web', 'app'][1 + (hash(i * 11) % 2)::INT] AS device,
      DATE '2026-01-01' + (i * 14 // ${units})::INT AS day, 10 * (hash(i * 17) % 1000) / 1000.0 AS revenue_before FROM range(${units}) t(i))`;
}
