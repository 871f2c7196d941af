import { existsSync, readFileSync } from 'node:fs';

/** One case: inputs, options and the numbers that R, SciPy or exact arithmetic gave. */
export type OracleCase = {
  readonly id: string;
  readonly method: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly rel_tol: number;
};

/** How a kind of case is answered: under the names of `expected`, or with a refusal where an error is expected. */
export type OracleAnswer = (one: OracleCase) => Readonly<Record<string, unknown>>;

/** Kinds of cases by their `method`; `oracles.test.ts` puts the registries of all files together. */
export type OracleRegistry = Readonly<Record<string, OracleAnswer>>;

const root = new URL('../../../../../shared/', import.meta.url);

/** Whether the cases lie beside the repository. */
export const oraclesPresent: boolean = existsSync(new URL('oracles.json', root));

/** The cases of these methods, or of all; none where they are absent. A method without a case is a mistake. */
export function oracleCases(...methods: readonly string[]): readonly OracleCase[] {
  if (!oraclesPresent) return [];
  const file = JSON.parse(readFileSync(new URL('oracles.json', root), 'utf8')) as { cases: OracleCase[] };
  const missing = methods.find((name) => !file.cases.some(({ method }) => method === name));
  if (missing !== undefined) throw new Error(`no case of ${missing}`);
  return methods.length === 0 ? file.cases : file.cases.filter(({ method }) => methods.includes(method));
}

/** Columns of a data set as text, by name. */
export type Table = ReadonlyMap<string, readonly string[]>;

const tables = new Map<string, Table>();

/** A data set of `../shared/data`. Without a header line in the file, the names come from `columns.txt` beside it. */
export function oracleTable(name: string, hasHeader = true): Table {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const text = (path: string) => readFileSync(new URL(`data/${path}`, root), 'utf8').trim();
  // A field is quoted where it holds a comma.
  const split = (line: string) =>
    [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted ?? plain?.trim() ?? '',
    );
  const lines = text(name).split(/\r?\n/);
  const names = hasHeader
    ? split(lines.shift() ?? '')
    : columnNames(text(name.replace(/[^/]*$/, 'columns.txt')));
  const rows = lines.map(split);
  const table: Table = new Map(names.map((column, j) => [column, rows.map((row) => row[j] ?? '')]));
  tables.set(name, table);
  return table;
}

/** `y, x1, …, x25` written out. */
function columnNames(text: string): string[] {
  const names = text.split(/[,\s]+/);
  return names.flatMap((name, i) => {
    if (name !== '…') return [name];
    const [, stem = '', from] = /^(\D*)(\d+)$/.exec(names[i - 1] ?? '') ?? [];
    const to = Number(names[i + 1]?.slice(stem.length));
    return Array.from({ length: to - Number(from) - 1 }, (_, k) => `${stem}${Number(from) + 1 + k}`);
  });
}

/** Values of a column as numbers, of all rows unless said; True and False count as 1 and 0, `min(column, …)` lowers to `cap`. */
export function numbersOf(
  table: Table,
  expression: string,
  rows: readonly number[] = allRows(table),
  cap?: number,
): Float64Array {
  const winsorised = /^min\(\s*([^,\s]+)\s*,/.exec(expression);
  const column = table.get(winsorised?.[1] ?? expression);
  if (column === undefined) throw new Error(`no column ${expression}`);
  return Float64Array.from(rows, (row) => {
    const text = column[row] ?? '';
    const value = /^true$/i.test(text) ? 1 : /^false$/i.test(text) ? 0 : Number(text);
    return winsorised && cap !== undefined ? Math.min(value, cap) : value;
  });
}

/** Rows for which `column==value` holds; a bare value is looked for in every column that has it. */
export function rowsWhere(table: Table, condition: string): readonly number[] {
  const [left, right] = condition.split('==').map((part) => part.trim());
  const column =
    right === undefined
      ? [...table.values()].find((values) => values.includes(left ?? ''))
      : table.get(left ?? '');
  if (column === undefined) throw new Error(`nothing satisfies ${condition}`);
  const wanted = right ?? left ?? '';
  const same = (text: string) => text === wanted || (text !== '' && Number(text) === Number(wanted));
  return column.flatMap((text, row) => (same(text) ? [row] : []));
}

/** All row numbers of a table. */
export function allRows(table: Table): readonly number[] {
  const [first = []] = table.values();
  return first.map((_, row) => row);
}

/** What differs between an answer and the expectation, as paths with both numbers; empty when all agree. */
export function mismatches(got: unknown, want: unknown, tolerance: number, path = ''): readonly string[] {
  if (want === null)
    return got === undefined || got === null ? [] : [`${path}: ${JSON.stringify(got)}, want nothing`];
  if (typeof want === 'number') {
    if (typeof got === 'number' && within(got, want, tolerance)) return [];
    return [`${path}: ${JSON.stringify(got)}, want ${want}`];
  }
  if (typeof want === 'object') {
    const parts = got as Readonly<Record<string, unknown>> | undefined;
    return Object.entries(want).flatMap(([key, value]) =>
      mismatches(parts?.[key], value, tolerance, path === '' ? key : `${path}.${key}`),
    );
  }
  return got === want ? [] : [`${path}: ${JSON.stringify(got)}, want ${JSON.stringify(want)}`];
}

/** |got − want| ≤ tolerance·|want|; what is nothing but rounding (below 1e-15) is compared absolutely, at 1e-12. */
export function within(got: number | undefined, want: number, tolerance: number): boolean {
  if (got === undefined || !Number.isFinite(got)) return false;
  return Math.abs(got - want) <= (Math.abs(want) < 1e-15 ? 1e-12 : tolerance * Math.abs(want));
}
