import { chiSquareUpper } from '../distributions/chi-square.ts';
import { type Judged, refuse } from '../refusal.ts';

/** What the split of units says about the randomiser. */
export type SampleRatio = {
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
  /** Standardised residual per arm; 0 for arms of weight zero. */
  readonly residuals: readonly number[];
  readonly expected: readonly number[];
  /** p below the usual limit of 0.001 (Fabijan et al., KDD 2019). */
  readonly mismatch: boolean;
};

/**
 * Sample ratio mismatch by Pearson's χ². Arms of weight zero leave the degrees of freedom; units found in one are refused
 * as an error of their own.
 */
export function sampleRatio(
  observed: readonly number[],
  weights: readonly number[],
  limit = 0.001,
): Judged<SampleRatio> {
  if (
    observed.length !== weights.length ||
    observed.some((n) => !(n >= 0)) ||
    weights.some((w) => !(w >= 0))
  ) {
    return refuse('INPUT_INVALID', 'one count and one weight per arm, none of them negative');
  }
  const arms = weights.filter((weight) => weight > 0).length;
  if (arms < 2) return refuse('ARMS_MISSING', `${arms} arm has a positive weight`);
  const stray = observed.findIndex((n, arm) => weights[arm] === 0 && n > 0);
  if (stray >= 0)
    return refuse('ZERO_WEIGHT_ARM_USED', `arm ${stray} has weight 0 and ${observed[stray]} units`);
  const total = observed.reduce((sum, n) => sum + n, 0);
  const weight = weights.reduce((sum, w) => sum + w, 0);
  const expected = weights.map((w) => (total * w) / weight);
  const least = Math.min(...expected.filter((_, arm) => (weights[arm] ?? 0) > 0));
  if (least < 5) return refuse('EXPECTED_TOO_SMALL', `an arm expects ${least} units; χ² needs 5`);
  const chiSquare = observed.reduce((sum, n, arm) => {
    const want = expected[arm] ?? 0;
    return want > 0 ? sum + (n - want) ** 2 / want : sum;
  }, 0);
  const degreesOfFreedom = arms - 1;
  const p = chiSquareUpper(chiSquare, degreesOfFreedom);
  const residuals = observed.map((n, arm) => {
    const want = expected[arm] ?? 0;
    return want > 0 ? (n - want) / Math.sqrt(want * (1 - (weights[arm] ?? 0) / weight)) : 0;
  });
  return { chiSquare, degreesOfFreedom, p, residuals, expected, mismatch: p < limit };
}
