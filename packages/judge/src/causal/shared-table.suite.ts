import { existsSync, readFileSync } from 'node:fs';

/** One case of `../shared/oracles.json`, as its readers see it. */
export interface OracleCase {
  readonly id: string;
  readonly method: string;
  readonly inputs: Record<string, unknown>;
  readonly options: Record<string, unknown>;
  readonly expected: Record<string, unknown>;
  readonly rel_tol: number;
}

const root = new URL('../../../../../shared/', import.meta.url);

/** Whether the data that oracles read lies beside the repository. */
export const sharedPresent: boolean = existsSync(new URL('oracles.json', root));

/** The oracle cases of the given methods; none where the data is absent. */
export function oracleCases(...methods: string[]): OracleCase[] {
  if (!sharedPresent) return [];
  const { cases } = JSON.parse(readFileSync(new URL('oracles.json', root), 'utf8')) as {
    cases: OracleCase[];
  };
  return cases.filter((one) => methods.includes(one.method));
}

/** A data set's columns as text, by name. A quoted field may hold commas, not quotes. */
export function sharedTable(name: string, header?: readonly string[]): Map<string, string[]> {
  const lines = readFileSync(new URL(`data/${name}`, root), 'utf8')
    .trim()
    .split(/\r?\n/);
  const split = (line: string) =>
    line.includes('"')
      ? Array.from(line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g), (field) => field[1] ?? field[2] ?? '')
      : line.split(',');
  const names = header ?? split(lines.shift() ?? '');
  const rows = lines.map(split);
  return new Map(names.map((column, j) => [column, rows.map((row) => row[j] ?? '')]));
}

/** A column of a table as numbers. */
export function numbersOf(table: Map<string, string[]>, column: string): Float64Array {
  return Float64Array.from(table.get(column) ?? [], Number);
}

/** |got − want| ≤ tolerance·|want|, absolute 1e-12 where want is 0. */
export function within(got: number | undefined, want: number, tolerance: number): boolean {
  if (got === undefined || !Number.isFinite(got)) return false;
  return Math.abs(got - want) <= (want === 0 ? 1e-12 : tolerance * Math.abs(want));
}

/** The answer itself; a refusal is thrown, so that the test that expected an answer shows it. */
export function unrefused<Result extends object>(
  result: Result,
): Exclude<Result, { readonly refused: string }> {
  if ('refused' in result && result.refused !== undefined) throw new Error(JSON.stringify(result));
  return result as Exclude<Result, { readonly refused: string }>;
}
