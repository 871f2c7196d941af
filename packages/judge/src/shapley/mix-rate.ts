import { efficiencyGap } from './game.ts';

/** One segment in two populations: how many units it has and the sum of what is measured over them. */
export interface SegmentChange {
  readonly name: string;
  readonly baseline: { readonly units: number; readonly sum: number };
  readonly treatment: { readonly units: number; readonly sum: number };
}

/** A change of an average, split into who was measured (mix) and how each segment did (rate). */
export interface MixRate {
  readonly refused?: never;
  readonly segments: readonly {
    readonly name: string;
    /** (w₁ − w₀)(r₀ + r₁)/2. */
    readonly mix: number;
    /** (w₁ − w₀)((r₀ + r₁)/2 − r̄), r̄ the average of both populations' rates: a growing segment counts against
     * the total only when it is worse than average. Sums to the same total mix. */
    readonly mixAgainstAverage: number;
    /** (r₁ − r₀)(w₀ + w₁)/2. */
    readonly rate: number;
  }[];
  readonly mix: number;
  readonly rate: number;
  readonly total: number;
  readonly efficiencyGap: number;
}

/** Why a change was not split. */
export interface MixRateRefused {
  readonly refused: 'EMPTY_POPULATION' | 'BAD_COUNTS';
  readonly missing: string;
}

/**
 * Splits the change of an average between two populations (periods, arms) into mix and rate: the Shapley values of the
 * two-player game in which shares w and rates r are replaced (Kitagawa 1955). A segment with no unit in one of them has
 * no rate there: the other's is used, so that its coming or going is all mix.
 */
export function divideMixRate(segments: readonly SegmentChange[]): MixRate | MixRateRefused {
  const bad = segments.find(({ baseline, treatment }) =>
    [baseline.units, treatment.units, baseline.sum, treatment.sum].some(
      (x, i) => !Number.isFinite(x) || (i < 2 && x < 0),
    ),
  );
  if (bad)
    return {
      refused: 'BAD_COUNTS',
      missing: `the segment ${bad.name} has a count that is no number ≥ 0`,
    };
  const before = segments.reduce((sum, segment) => sum + segment.baseline.units, 0);
  const after = segments.reduce((sum, segment) => sum + segment.treatment.units, 0);
  if (before === 0 || after === 0) {
    const side = before === 0 ? 'baseline' : 'treatment';
    return { refused: 'EMPTY_POPULATION', missing: `the ${side} has no unit in any segment` };
  }
  const rateBefore = segments.reduce((sum, segment) => sum + segment.baseline.sum, 0) / before;
  const rateAfter = segments.reduce((sum, segment) => sum + segment.treatment.sum, 0) / after;
  const average = (rateBefore + rateAfter) / 2;

  const parts = segments
    .filter(({ baseline, treatment }) => baseline.units > 0 || treatment.units > 0)
    .map(({ name, baseline, treatment }) => {
      const w0 = baseline.units / before;
      const w1 = treatment.units / after;
      const r0 = baseline.units > 0 ? baseline.sum / baseline.units : treatment.sum / treatment.units;
      const r1 = treatment.units > 0 ? treatment.sum / treatment.units : r0;
      const mid = (r0 + r1) / 2;
      return {
        name,
        mix: (w1 - w0) * mid,
        mixAgainstAverage: (w1 - w0) * (mid - average),
        rate: ((r1 - r0) * (w0 + w1)) / 2,
      };
    });
  const mix = parts.reduce((sum, part) => sum + part.mix, 0);
  const rate = parts.reduce((sum, part) => sum + part.rate, 0);
  const total = rateAfter - rateBefore;
  const gap = efficiencyGap([mix, rate], total, Math.max(Math.abs(rateBefore), Math.abs(rateAfter)));
  return { segments: parts, mix, rate, total, efficiencyGap: gap };
}
