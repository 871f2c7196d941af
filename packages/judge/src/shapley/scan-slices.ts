import { normalUpper } from '../distributions/normal.ts';
import { asymptoticSequence } from '../sequential/asymptotic-sequence.ts';
import { eBenjaminiHochberg } from '../sequential/e-bh.ts';
import { type LiftCell, mergeSegments, type Segment } from './lift-cells.ts';

/** What to scan, and how much of what is called may be false. */
export interface ScanOptions {
  /** Dimensions a slice may combine. Default 2. */
  readonly depth?: number;
  /** Units in either arm that a slice needs to be looked at. Default 30. */
  readonly minUnits?: number;
  /** False discovery rate among the slices called. Default 0.05. */
  readonly rate?: number;
  /** Units at which the sequences are tightest, chosen before the data. Default 5,000. */
  readonly targetUnits?: number;
}

/** One slice of units: its lift, and whether it is called different from 0 with all slices scanned in mind. */
export interface Slice {
  /** `dimension=level`, one or more. */
  readonly where: readonly string[];
  readonly control: number;
  readonly treatment: number;
  readonly lift: number;
  readonly standardError: number;
  /** Always valid for this slice by itself, at 95 %. */
  readonly interval: readonly [number, number];
  /** What a single fixed test of this slice alone would say: not to be believed among many. */
  readonly naiveP: number;
  readonly logEvidence: number;
  readonly found: boolean;
  /** This slice's part of the whole lift: its share of units times its lift. */
  readonly partOfWhole: number;
}

/**
 * Scans every slice of up to `depth` dimensions for a lift, with e-values and e-BH (Wang & Ramdas 2022): at most `rate`
 * of the slices found are false in expectation, although slices overlap and however often the scan is repeated while
 * data come in. Strongest evidence first.
 */
export function scanSlices(
  dimensions: readonly string[],
  cells: readonly LiftCell[],
  options: ScanOptions = {},
): Slice[] {
  const { depth = 2, minUnits = 30, rate = 0.05, targetUnits = 5000 } = options;
  const slices = new Map<string, { where: string[]; segment: Segment }>();
  const combinations = coalitions(dimensions.length, depth);
  let units = 0;
  for (const cell of cells) {
    units += cell.control.n + cell.treatment.n;
    for (const members of combinations) {
      const where = members.map((d) => `${dimensions[d]}=${cell.levels[d]}`);
      const key = where.join('\u0000');
      const there = slices.get(key)?.segment;
      const segment = there ? mergeSegments(there, cell) : cell;
      slices.set(key, { where, segment });
    }
  }
  const seen = [...slices.values()].flatMap(({ where, segment: { control, treatment } }) => {
    if (control.n < Math.max(2, minUnits) || treatment.n < Math.max(2, minUnits)) return [];
    const variance =
      control.m2 / (control.n - 1) / control.n + treatment.m2 / (treatment.n - 1) / treatment.n;
    if (!(variance > 0)) return [];
    const lift = treatment.mean - control.mean;
    const count = control.n + treatment.n;
    const look = asymptoticSequence({ estimate: lift, variance, count }, 0.05, targetUnits);
    return [
      {
        where,
        control: control.n,
        treatment: treatment.n,
        lift,
        standardError: Math.sqrt(variance),
        interval: [look.low, look.high] as const,
        naiveP: 2 * normalUpper(Math.abs(lift) / Math.sqrt(variance)),
        logEvidence: look.logEvidence,
        partOfWhole: (count / units) * lift,
      },
    ];
  });
  const found = new Set(
    eBenjaminiHochberg(
      seen.map((slice) => slice.logEvidence),
      rate,
    ),
  );
  return seen
    .map((slice, i) => ({ ...slice, found: found.has(i) }))
    .sort((a, b) => b.logEvidence - a.logEvidence);
}

/** All sets of one to `depth` of `n` things, ascending. */
function coalitions(n: number, depth: number, from = 0): number[][] {
  if (depth === 0) return [];
  const sets: number[][] = [];
  for (let d = from; d < n; d++) {
    sets.push([d]);
    for (const rest of coalitions(n, depth - 1, d + 1)) sets.push([d, ...rest]);
  }
  return sets;
}
