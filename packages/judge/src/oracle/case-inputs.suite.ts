import { numbersOf, type OracleCase, oracleTable, rowsWhere, type Table } from './oracle.suite.ts';

/** One or two sides, as R names them. */
export const sidesOf = ({ inputs }: OracleCase): 1 | 2 => (/one/.test(text(inputs.alternative)) ? 1 : 2);
/** What cases write, as a text, a number, or numbers where one stands for a list of it. */
export const text = (value: unknown): string => String(value);
export const number = (value: unknown): number => Number(value);
export const list = (value: unknown): number[] =>
  Array.isArray(value) ? value.map(Number) : [Number(value)];

/** The data set that a case names. */
export function tableOf({ inputs }: OracleCase): Table {
  return oracleTable(text(inputs.dataset), inputs.header !== false);
}

/** Outcomes by arm: inline as t and c, or from a data set. */
export function samples(one: OracleCase): { readonly t: Float64Array; readonly c: Float64Array } {
  const { inputs } = one;
  if (inputs.t !== undefined)
    return { t: Float64Array.from(list(inputs.t)), c: Float64Array.from(list(inputs.c)) };
  const table = tableOf(one);
  const cap = inputs.cap === undefined ? undefined : number(inputs.cap);
  const of = (condition: unknown) =>
    numbersOf(table, text(inputs.outcome), rowsWhere(table, text(condition)), cap);
  return { t: of(inputs.treatment), c: of(inputs.control) };
}

/** x and y: inline, or two values of a column of a data set. */
export function pairOf(one: OracleCase): { readonly x: Float64Array; readonly y: Float64Array } {
  const { inputs } = one;
  if (inputs.dataset === undefined) {
    return { x: Float64Array.from(list(inputs.x)), y: Float64Array.from(list(inputs.y)) };
  }
  const table = tableOf(one);
  const of = (condition: unknown) =>
    numbersOf(table, text(inputs.outcome), rowsWhere(table, text(condition)));
  return { x: of(inputs.x), y: of(inputs.y) };
}

/** Distinct values of a column, ascending. */
export function levelsOf(table: Table, column: string): string[] {
  const levels = [...new Set(table.get(column) ?? [])];
  return levels.every((level) => level !== '' && Number.isFinite(Number(level)))
    ? levels.sort((a, b) => Number(a) - Number(b))
    : levels.sort();
}
