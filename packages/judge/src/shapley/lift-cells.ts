import { type Moments, mergeMoments } from '../metrics/moments.ts';

/** Both arms' units that share one level of each dimension, in the order of the dimensions. */
export interface LiftCell {
  readonly levels: readonly string[];
  readonly control: Moments;
  readonly treatment: Moments;
}

/** Cells added up over some dimensions. */
export interface Segment {
  readonly control: Moments;
  readonly treatment: Moments;
}

/** Segments in columns: `n`, `mean` and `m2` of each arm, so that adding up allocates little. */
export interface Segments {
  readonly size: number;
  readonly control: ArmColumns;
  readonly treatment: ArmColumns;
}

/** One arm of many segments. */
export interface ArmColumns {
  readonly n: Float64Array;
  readonly mean: Float64Array;
  readonly m2: Float64Array;
}

interface Keyed extends Segments {
  /** Mixed-radix number of each segment's levels; dropped dimensions count as level 0. */
  readonly keys: Float64Array;
}

/**
 * Visits the segments that each coalition of dimensions makes of the cells, once each, with its bit mask. Each is added up
 * from one with a dimension more, so that n dimensions of two levels cost about 3ⁿ additions and not 4ⁿ; only a chain of
 * n is in memory. False where the levels are so many that their combinations cannot be numbered (2⁵³).
 */
export function visitSegments(
  dimensions: number,
  cells: readonly LiftCell[],
  visit: (members: number, segments: Segments) => void,
): boolean {
  const radix: number[] = [];
  const strides: number[] = [];
  const keys = new Float64Array(cells.length);
  let stride = 1;
  for (let d = 0; d < dimensions; d++) {
    const known = new Map<string, number>();
    for (const [c, cell] of cells.entries()) {
      const level = cell.levels[d] ?? '';
      const number = known.get(level) ?? known.size;
      known.set(level, number);
      keys[c] = (keys[c] ?? 0) + number * stride;
    }
    radix.push(known.size);
    strides.push(stride);
    stride *= Math.max(1, known.size);
  }
  if (stride > Number.MAX_SAFE_INTEGER) return false;

  const number = numbering(stride);
  const descend = (members: number, segments: Keyed, from: number): void => {
    visit(members, segments);
    for (let d = from; d < dimensions; d++) {
      const smaller = drop(segments, strides[d] ?? 1, radix[d] ?? 1, number);
      descend(members & ~(1 << d), smaller, d + 1);
    }
  };
  // A first pass adds up cells that were given twice.
  const all = gather(cells.length, keys, columnsOf(cells, 'control'), columnsOf(cells, 'treatment'), number);
  descend(2 ** dimensions - 1, all, 0);
  return true;
}

/** Two segments as one. */
export function mergeSegments(a: Segment, b: Segment): Segment {
  return { control: mergeMoments(a.control, b.control), treatment: mergeMoments(a.treatment, b.treatment) };
}

/** The segments once one dimension is forgotten. */
function drop(segments: Keyed, stride: number, radix: number, number: Numbering): Keyed {
  const keys = segments.keys.map((key) => key - (Math.floor(key / stride) % radix) * stride);
  return gather(segments.size, keys, segments.control, segments.treatment, number);
}

/** Adds up rows of equal key (Chan, Golub & LeVeque 1979). */
function gather(
  size: number,
  keys: Float64Array,
  control: ArmColumns,
  treatment: ArmColumns,
  number: Numbering,
): Keyed {
  const place = number(keys);
  const [c, t] = [emptyColumns(place.count), emptyColumns(place.count)];
  const gathered = new Float64Array(place.count);
  for (let row = 0; row < size; row++) {
    const at = place.of[row] ?? 0;
    gathered[at] = keys[row] ?? 0;
    add(c, at, control, row);
    add(t, at, treatment, row);
  }
  return { size: place.count, keys: gathered, control: c, treatment: t };
}

function add(into: ArmColumns, at: number, from: ArmColumns, row: number): void {
  const more = from.n[row] ?? 0;
  if (more === 0) return;
  const had = into.n[at] ?? 0;
  const n = had + more;
  const gap = (from.mean[row] ?? 0) - (into.mean[at] ?? 0);
  into.n[at] = n;
  into.mean[at] = (into.mean[at] ?? 0) + (gap * more) / n;
  into.m2[at] = (into.m2[at] ?? 0) + (from.m2[row] ?? 0) + (gap * gap * had * more) / n;
}

type Numbering = (keys: Float64Array) => { readonly of: Int32Array; readonly count: number };

/** Numbers distinct keys from 0 in order of appearance: by a table where there are few combinations, else by a map. */
function numbering(combinations: number): Numbering {
  if (combinations > 1 << 20) {
    return (keys) => {
      const places = new Map<number, number>();
      const of = Int32Array.from(keys, (key) => {
        const place = places.get(key) ?? places.size;
        places.set(key, place);
        return place;
      });
      return { of, count: places.size };
    };
  }
  // Entries of earlier calls are told by their stamp, so that the table is never cleared.
  const stamps = new Int32Array(combinations);
  const places = new Int32Array(combinations);
  let stamp = 0;
  return (keys) => {
    stamp++;
    let count = 0;
    const of = new Int32Array(keys.length);
    for (let row = 0; row < keys.length; row++) {
      const key = keys[row] ?? 0;
      if (stamps[key] !== stamp) {
        stamps[key] = stamp;
        places[key] = count++;
      }
      of[row] = places[key] ?? 0;
    }
    return { of, count };
  };
}

function columnsOf(cells: readonly LiftCell[], arm: 'control' | 'treatment'): ArmColumns {
  return {
    n: Float64Array.from(cells, (cell) => cell[arm].n),
    mean: Float64Array.from(cells, (cell) => cell[arm].mean),
    m2: Float64Array.from(cells, (cell) => cell[arm].m2),
  };
}

function emptyColumns(size: number): ArmColumns {
  return { n: new Float64Array(size), mean: new Float64Array(size), m2: new Float64Array(size) };
}
