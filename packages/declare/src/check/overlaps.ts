import type { Row, TableSpec } from '@ombre/decide/model';
import type { Draft } from '../shape/draft.ts';
import { type Accepted, acceptedBy, covers, overlaps } from './cell.ts';
import type { Report } from './world.ts';

interface Line {
  readonly row: Row;
  readonly index: number;
  /** By dimension, only what restricts. */
  readonly cells: ReadonlyMap<string, Accepted>;
  readonly weight: number;
}

/** Pairs of rows that are compared at most, so that a large table costs bounded time. */
const mostPairs = 300_000;
/** Up to this many rows all pairs are compared; more are parted by a dimension first. */
const fewRows = 12;

/**
 * Reports rows that never decide because an earlier, equally specific one accepts all they accept, and warns of equally specific rows that accept some
 * contexts both, unless a more specific row decides there.
 */
export function checkOverlaps(draft: Draft, { dimensions, rows }: TableSpec, report: Report): void {
  const weights = new Map(dimensions.map(({ name, weight }) => [name, weight]));
  // What a malformed cell accepts is unknown, so its row is left out.
  const lines = rows.flatMap((row, index) =>
    Object.keys(row.match).every((name) => weights.has(name)) ? [lineOf(row, index, weights)] : [],
  );
  const groups = groupBy(lines, ({ cells }) => [...cells.keys()].toSorted().join(' '));
  const comparison = new Comparison(draft, lines, report);
  for (const group of groups.values()) comparison.within(group);
  const kinds = [...groups.values()];
  for (const [index, one] of kinds.entries()) {
    for (const other of kinds.slice(index + 1)) {
      if (one[0]?.weight === other[0]?.weight) comparison.between(one, other);
    }
  }
  comparison.finish();
}

function lineOf(row: Row, index: number, weights: ReadonlyMap<string, number>): Line {
  const cells = new Map<string, Accepted>();
  let weight = 0;
  for (const [name, cell] of Object.entries(row.match)) {
    const accepted = acceptedBy(cell);
    if (accepted.kind === 'all') continue;
    cells.set(name, accepted);
    weight += weights.get(name) ?? 0;
  }
  // Sums of decimals in another order differ in the last digits.
  return { row, index, cells, weight: Math.round(weight * 1e9) };
}

/** Compares rows within a budget. */
class Comparison {
  readonly #draft: Draft;
  readonly #lines: readonly Line[];
  readonly #report: Report;
  readonly #covered = new Set<number>();
  #pairs = 0;
  #warned = false;

  constructor(draft: Draft, lines: readonly Line[], report: Report) {
    this.#draft = draft;
    this.#lines = lines;
    this.#report = report;
  }

  /** Rows that restrict the same dimensions. */
  within(group: readonly Line[]): void {
    this.#warned = false;
    this.#part(group, [...(group[0]?.cells.keys() ?? [])]);
  }

  /** Rows of equal weight that restrict different dimensions: most accept something both. */
  between(group: readonly Line[], others: readonly Line[]): void {
    this.#warned = false;
    for (const one of group) {
      for (const other of others) {
        if (this.#warned || this.#spent()) return;
        this.#compare(one, other);
      }
    }
  }

  finish(): void {
    if (this.#pairs >= mostPairs) this.#report('ROWS_NOT_COMPARED', ['spec', 'rows'], {}, { part: 'key' });
  }

  #spent(): boolean {
    return ++this.#pairs >= mostPairs;
  }

  /** Parts rows by one dimension after the other into sets that may overlap, and compares within these. */
  #part(lines: readonly Line[], dimensions: readonly string[]): void {
    const [dimension, ...rest] = dimensions;
    if (dimension !== undefined && lines.length > fewRows) {
      for (const part of partsOf(lines, dimension)) this.#part(part, rest);
      return;
    }
    for (const [at, one] of lines.entries()) {
      for (const other of lines.slice(at + 1)) {
        if (this.#spent()) return;
        this.#compare(one, other);
      }
    }
  }

  #compare(one: Line, other: Line): void {
    const [first, second] = one.index < other.index ? [one, other] : [other, one];
    if (this.#covered.has(second.index)) return;
    const words = { row: JSON.stringify(second.row.id), other: JSON.stringify(first.row.id) };
    const at = this.#draft.written(['spec', 'rows', first.index]);
    const also = [{ resource: this.#draft.id, path: at, message: 'the earlier row' }];
    const sameDimensions =
      first.cells.size === second.cells.size &&
      [...first.cells.keys()].every((name) => second.cells.has(name));
    if (sameDimensions && [...second.cells].every(([name, cell]) => covers(cellOf(first, name), cell))) {
      this.#covered.add(second.index);
      this.#report('COVERED_ROW', ['spec', 'rows', second.index], words, { also });
    } else if (!this.#warned && this.#meet(first, second)) {
      this.#warned = true;
      this.#report('OVERLAPPING_ROWS', ['spec', 'rows', second.index], words, { also });
    }
  }

  /** Whether both accept some context that no more specific row decides. */
  #meet(one: Line, other: Line): boolean {
    const names = new Set([...one.cells.keys(), ...other.cells.keys()]);
    if (![...names].every((name) => overlaps(cellOf(one, name), cellOf(other, name)))) return false;
    return !this.#lines.some((line) => {
      if (line.weight <= one.weight || this.#spent()) return false;
      // What lies in one cell or the other's is a superset of what lies in both: covering either is enough.
      return [...line.cells].every(
        ([name, cell]) => covers(cell, cellOf(one, name)) || covers(cell, cellOf(other, name)),
      );
    });
  }
}

function cellOf(line: Line, name: string): Accepted {
  return line.cells.get(name) ?? { kind: 'all' };
}

/** Sets of rows such that rows of different sets have nothing in common in the dimension. A row may be in several. */
function partsOf(lines: readonly Line[], dimension: string): Iterable<readonly Line[]> {
  const cells = lines.map((line) => cellOf(line, dimension));
  if (cells.every(({ kind }) => kind === 'literals')) {
    const parts = new Map<unknown, Line[]>();
    for (const [at, line] of lines.entries()) {
      const cell = cells[at];
      if (cell?.kind !== 'literals') continue;
      for (const literal of cell.literals) {
        const part = parts.get(literal);
        if (part === undefined) parts.set(literal, [line]);
        else part.push(line);
      }
    }
    return parts.values();
  }
  if (cells.every(({ kind }) => kind === 'range')) return rangesThatTouch(lines, dimension);
  if (cells.every(({ kind }) => kind === 'prefix')) return prefixesOfOne(lines, dimension);
  return [lines];
}

function rangesThatTouch(lines: readonly Line[], dimension: string): readonly (readonly Line[])[] {
  const range = (line: Line) => cellOf(line, dimension) as Extract<Accepted, { kind: 'range' }>;
  const parts: Line[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const line of lines.toSorted((a, b) => range(a).from - range(b).from || range(a).to - range(b).to)) {
    const { from, to } = range(line);
    if (from < end) parts.at(-1)?.push(line);
    else parts.push([line]);
    end = Math.max(end, to);
  }
  return parts;
}

function prefixesOfOne(lines: readonly Line[], dimension: string): readonly (readonly Line[])[] {
  const prefix = (line: Line) => (cellOf(line, dimension) as Extract<Accepted, { kind: 'prefix' }>).prefix;
  const parts: Line[][] = [];
  let root: string | undefined;
  for (const line of lines.toSorted((a, b) => (prefix(a) < prefix(b) ? -1 : 1))) {
    if (root !== undefined && prefix(line).startsWith(root)) parts.at(-1)?.push(line);
    else {
      parts.push([line]);
      root = prefix(line);
    }
  }
  return parts;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
