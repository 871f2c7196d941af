import { divide } from './exact.ts';
import { type DivisionRefused, EXACT_PLAYERS, playersOf, refusePlayers, valueNotFinite } from './game.ts';
import { type LiftCell, type Segments, visitSegments } from './lift-cells.ts';

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
  value: (segments: Segments) => number,
): DimensionDivision | DivisionRefused {
  const refusal = refusePlayers(names.length, EXACT_PLAYERS);
  if (refusal) return refusal;
  const worth = new Float64Array(2 ** names.length);
  let whole: Segments | undefined;
  const numbered = visitSegments(names.length, cells, (members, segments) => {
    if (members === 0) whole = segments;
    else worth[members] = value(segments);
  });
  if (!numbered) {
    const missing =
      'the dimensions have more combinations of levels than can be numbered: fold rare levels together';
    return { refused: 'TOO_MANY_PLAYERS', missing };
  }
  const control = whole?.control.n[0] ?? 0;
  const treated = whole?.treatment.n[0] ?? 0;
  if (!whole || control === 0 || treated === 0)
    return { refused: 'EMPTY_ARM', missing: 'an arm has no unit in any cell' };
  const broken = worth.findIndex((v) => !Number.isFinite(v));
  if (broken >= 0) return valueNotFinite(playersOf(broken), worth[broken] ?? Number.NaN);
  const division = divide(names.length, worth);
  return {
    dimensions: names.map((name, d) => ({ name, value: division.values[d] ?? 0 })),
    explained: division.total,
    lift: (whole.treatment.mean[0] ?? 0) - (whole.control.mean[0] ?? 0),
    efficiencyGap: division.efficiencyGap,
  };
}

/** Σ (w₁ − w₀)(r₀ + r₁)/2; a segment without units in one arm is all mix, at the other arm's rate. */
function mix({ size, control, treatment }: Segments): number {
  const controls = control.n.reduce((sum, n) => sum + n, 0);
  const treated = treatment.n.reduce((sum, n) => sum + n, 0);
  let total = 0;
  for (let i = 0; i < size; i++) {
    const [before, after] = [control.n[i] ?? 0, treatment.n[i] ?? 0];
    const rateBefore = (before > 0 ? control.mean[i] : treatment.mean[i]) ?? 0;
    const rateAfter = (after > 0 ? treatment.mean[i] : control.mean[i]) ?? 0;
    total += ((after / treated - before / controls) * (rateBefore + rateAfter)) / 2;
  }
  return total;
}

/** Σ w(τ − τ̄)² − Σ w(1 − w)s²: the second sum is what the first has in expectation when all lifts are alike. */
function heterogeneity({ size, control, treatment }: Segments): number {
  let units = 0;
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const weight = weightOf(control.n[i] ?? 0, treatment.n[i] ?? 0);
    units += weight;
    sum += weight * ((treatment.mean[i] ?? 0) - (control.mean[i] ?? 0));
  }
  let total = 0;
  for (let i = 0; i < size; i++) {
    const [c, t] = [control.n[i] ?? 0, treatment.n[i] ?? 0];
    const weight = weightOf(c, t) / units;
    if (weight === 0) continue;
    const variance = (control.m2[i] ?? 0) / (c - 1) / c + (treatment.m2[i] ?? 0) / (t - 1) / t;
    const gap = (treatment.mean[i] ?? 0) - (control.mean[i] ?? 0) - sum / units;
    total += weight * gap * gap - weight * (1 - weight) * variance;
  }
  return total;
}

/** A segment counts by its units, and not at all where an arm has no variance to show. */
function weightOf(control: number, treated: number): number {
  return control > 1 && treated > 1 ? control + treated : 0;
}
