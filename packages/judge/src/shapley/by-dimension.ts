import { askEveryone, divide } from './exact.ts';
import { type DivisionRefused, EXACT_PLAYERS, refusePlayers } from './game.ts';
import { type LiftCell, type Segment, segmenter } from './lift-cells.ts';

/** How much of a lift each dimension's segmentation accounts for. */
export interface DimensionDivision {
  readonly refused?: never;
  readonly dimensions: readonly { readonly name: string; readonly value: number }[];
  /** What all dimensions together account for: the sum of their values. */
  readonly explained: number;
  /** The lift of treatment over control, unsegmented. */
  readonly lift: number;
  readonly efficiencyGap: number;
}

/**
 * Value function (a), composition: v(S) is the part of the lift that comes from the arms holding different shares of
 * the segments that S makes, the mix of Kitagawa's two-factor split; v(∅) = 0. What no dimension accounts for,
 * lift − explained, happened within segments. In a sound randomised experiment it is nearly the whole lift; where units
 * chose their arm (Berkeley's applicants) the mix can exceed it. At most 20 dimensions.
 */
export function compositionByDimension(
  names: readonly string[],
  cells: readonly LiftCell[],
): DimensionDivision | DivisionRefused {
  return byDimension(names, cells, mix);
}

/**
 * Value function (a′), heterogeneity: v(S) is the variance of the lift between the segments that S makes, weighed by their
 * units and with the part that sampling noise adds taken off, so that a dimension which matters nothing gets about 0,
 * on either side. In squared units of the lift. Segments with fewer than two units in an arm are left out.
 */
export function heterogeneityByDimension(
  names: readonly string[],
  cells: readonly LiftCell[],
): DimensionDivision | DivisionRefused {
  return byDimension(names, cells, heterogeneity);
}

function byDimension(
  names: readonly string[],
  cells: readonly LiftCell[],
  value: (segments: readonly Segment[]) => number,
): DimensionDivision | DivisionRefused {
  const refusal = refusePlayers(names.length, EXACT_PLAYERS);
  if (refusal) return refusal;
  const segmentsOf = segmenter(names.length, cells);
  const [whole] = segmentsOf(0);
  if (!whole || whole.control.n === 0 || whole.treatment.n === 0) {
    return { refused: 'EMPTY_ARM', missing: 'an arm has no unit in any cell' };
  }
  const worth = askEveryone(names.length, (members) => (members === 0 ? 0 : value(segmentsOf(members))));
  if (!(worth instanceof Float64Array)) return worth;
  const division = divide(names.length, worth);
  return {
    dimensions: names.map((name, d) => ({ name, value: division.values[d] ?? 0 })),
    explained: division.total,
    lift: whole.treatment.mean - whole.control.mean,
    efficiencyGap: division.efficiencyGap,
  };
}

/** Σ (w₁ − w₀)(r₀ + r₁)/2; a segment without units in one arm is all mix, at the other arm's rate. */
function mix(segments: readonly Segment[]): number {
  const controls = segments.reduce((sum, { control }) => sum + control.n, 0);
  const treated = segments.reduce((sum, { treatment }) => sum + treatment.n, 0);
  return segments.reduce((sum, { control, treatment }) => {
    const before = control.n > 0 ? control.mean : treatment.mean;
    const after = treatment.n > 0 ? treatment.mean : before;
    return sum + ((treatment.n / treated - control.n / controls) * (before + after)) / 2;
  }, 0);
}

/** Σ w(τ − τ̄)² − Σ w(1 − w)s²: the second sum is what the first has in expectation when all lifts are alike. */
function heterogeneity(segments: readonly Segment[]): number {
  const usable = segments.filter(({ control, treatment }) => control.n > 1 && treatment.n > 1);
  const units = usable.reduce((sum, { control, treatment }) => sum + control.n + treatment.n, 0);
  const rows = usable.map(({ control, treatment }) => ({
    weight: (control.n + treatment.n) / units,
    lift: treatment.mean - control.mean,
    variance: control.m2 / (control.n - 1) / control.n + treatment.m2 / (treatment.n - 1) / treatment.n,
  }));
  const mean = rows.reduce((sum, { weight, lift }) => sum + weight * lift, 0);
  return rows.reduce((sum, { weight, lift, variance }) => {
    return sum + weight * (lift - mean) ** 2 - weight * (1 - weight) * variance;
  }, 0);
}
