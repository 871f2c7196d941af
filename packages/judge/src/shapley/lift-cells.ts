import { type Moments, mergeMoments } from '../metrics/moments.ts';

/** Both arms' units that share one level of each dimension, in the order of the dimensions. */
export interface LiftCell {
  readonly levels: readonly string[];
  readonly control: Moments;
  readonly treatment: Moments;
}

/** Cells added up over the dimensions that a coalition does not hold. */
export interface Segment {
  readonly control: Moments;
  readonly treatment: Moments;
}

/**
 * The segments that each coalition of dimensions makes of the cells: a function from bit mask to segments. Levels are
 * numbered once; a coalition's key is a mixed-radix number of its levels.
 */
export function segmenter(dimensions: number, cells: readonly LiftCell[]): (members: number) => Segment[] {
  const radix = new Array<number>(dimensions).fill(0);
  const numbers = cells.map(() => new Int32Array(dimensions));
  for (let d = 0; d < dimensions; d++) {
    const known = new Map<string, number>();
    for (const [c, cell] of cells.entries()) {
      const level = cell.levels[d] ?? '';
      const number = known.get(level) ?? known.size;
      known.set(level, number);
      const row = numbers[c];
      if (row) row[d] = number;
    }
    radix[d] = Math.max(1, known.size);
  }
  return (members) => {
    const segments = new Map<number, Segment>();
    for (const [c, cell] of cells.entries()) {
      let key = 0;
      for (let d = 0; d < dimensions; d++) {
        if ((members >> d) & 1) key = key * (radix[d] ?? 1) + (numbers[c]?.[d] ?? 0);
      }
      const there = segments.get(key);
      segments.set(
        key,
        there
          ? {
              control: mergeMoments(there.control, cell.control),
              treatment: mergeMoments(there.treatment, cell.treatment),
            }
          : cell,
      );
    }
    return [...segments.values()];
  };
}
