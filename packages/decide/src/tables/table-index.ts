import type { Row, TableSpec } from '../model/table.ts';
import type { CellValue } from './match-kind.ts';
import { matchKindOf } from './match-kinds.ts';

/** A row and its place in the table. */
export interface FoundRow {
  readonly index: number;
  readonly row: Row;
}

/** Reads the value of the dimension of a number, for the context of type T. */
export type ReadDimension<T> = (context: T, dimension: number) => CellValue;

interface Candidate extends FoundRow {
  readonly specificity: number;
  /** Dimensions that lookup did not settle. */
  readonly tests: readonly { readonly dimension: number; readonly accepts: (value: CellValue) => boolean }[];
}

/** Rows that list values in the same dimensions: found by those values, one map within the other. */
interface Group {
  readonly dimensions: readonly number[];
  /** The greatest specificity of any of its rows. */
  greatest: number;
  readonly rows: Level;
}

/** Either rows, the most specific first, or what follows for each value of the next dimension. */
interface Level {
  readonly next: Map<CellValue, Level>;
  readonly candidates: Candidate[];
}

/** A row that stands for more combinations of listed values than this is tried, not looked up. */
const MOST_COMBINATIONS = 256;

/**
 * Finds the most specific row that accepts a context, of equal ones the first. Rows are grouped by the dimensions in which they list
 * values (tuple space search; V. Srinivasan, S. Suri & G. Varghese 1999): time grows with the number of groups, not of rows, as long as
 * few rows differ in ranges and prefixes alone.
 */
export class TableIndex {
  readonly #groups: readonly Group[];

  constructor({ dimensions, rows }: TableSpec) {
    const groups = new Map<string, Group>();
    for (const [index, row] of rows.entries()) {
      const kinds = dimensions.map(({ name }) => matchKindOf(row.match[name]));
      const cellOf = (dimension: number) => row.match[dimensions[dimension]?.name ?? ''] ?? '*';
      const listed = dimensions.flatMap((_, i) => {
        const literals = kinds[i]?.literals(cellOf(i));
        return literals === undefined ? [] : [{ dimension: i, literals: [...new Set(literals)] }];
      });
      const looked = fewEnough(listed);
      const found = new Set(looked.map(({ dimension }) => dimension));
      const specificity = dimensions.reduce(
        (sum, { weight }, i) => sum + (kinds[i]?.specific ? weight : 0),
        0,
      );
      const tests = dimensions.flatMap((_, i) => {
        const kind = kinds[i];
        return kind === undefined || !kind.specific || found.has(i)
          ? []
          : [{ dimension: i, accepts: kind.test(cellOf(i)) }];
      });
      const key = [...found].join(',');
      let group = groups.get(key);
      if (group === undefined) {
        group = { dimensions: [...found], greatest: specificity, rows: { next: new Map(), candidates: [] } };
        groups.set(key, group);
      }
      group.greatest = Math.max(group.greatest, specificity);
      place(
        group.rows,
        looked.map(({ literals }) => literals),
        { index, row, specificity, tests },
      );
    }
    this.#groups = [...groups.values()].sort((a, b) => b.greatest - a.greatest);
    for (const group of this.#groups) sortLevel(group.rows);
  }

  find<T>(context: T, read: ReadDimension<T>): FoundRow | undefined {
    let best: Candidate | undefined;
    for (const group of this.#groups) {
      if (best !== undefined && group.greatest < best.specificity) break;
      let level: Level | undefined = group.rows;
      for (const dimension of group.dimensions) {
        level = level.next.get(read(context, dimension));
        if (level === undefined) break;
      }
      if (level === undefined) continue;
      for (const candidate of level.candidates) {
        if (best !== undefined && !isBefore(candidate, best)) break;
        if (accepts(candidate, context, read)) {
          best = candidate;
          break;
        }
      }
    }
    return best;
  }
}

function accepts<T>({ tests }: Candidate, context: T, read: ReadDimension<T>): boolean {
  for (const test of tests) if (!test.accepts(read(context, test.dimension))) return false;
  return true;
}

/** More specific, or as specific and earlier. */
function isBefore(one: Candidate, other: Candidate): boolean {
  return (
    one.specificity > other.specificity || (one.specificity === other.specificity && one.index < other.index)
  );
}

type Listed = { readonly dimension: number; readonly literals: readonly CellValue[] };

/** As many of the dimensions, those with fewest values first, as keep the number of combinations small; in order of dimensions. */
function fewEnough(listed: readonly Listed[]): readonly Listed[] {
  let combinations = 1;
  return [...listed]
    .sort((a, b) => a.literals.length - b.literals.length)
    .filter(({ literals }) => {
      combinations *= literals.length;
      return combinations <= MOST_COMBINATIONS;
    })
    .sort((a, b) => a.dimension - b.dimension);
}

function place(level: Level, literals: readonly (readonly CellValue[])[], candidate: Candidate): void {
  const [first, ...rest] = literals;
  if (first === undefined) {
    level.candidates.push(candidate);
    return;
  }
  for (const value of first) {
    let next = level.next.get(value);
    if (next === undefined) {
      next = { next: new Map(), candidates: [] };
      level.next.set(value, next);
    }
    place(next, rest, candidate);
  }
}

function sortLevel(level: Level): void {
  level.candidates.sort((a, b) => (isBefore(a, b) ? -1 : 1));
  for (const next of level.next.values()) sortLevel(next);
}
