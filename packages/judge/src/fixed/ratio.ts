import type { CrossMoments } from '../metrics/cross-moments.ts';
import { type Judged, refuse } from '../refusal.ts';
import { type Comparison, compare } from './comparison.ts';

/** Both arms' cross moments of the columns [numerator, denominator], one row a unit. */
export type RatioArms = { readonly treatment: CrossMoments; readonly control: CrossMoments };

/**
 * Difference of two ratio metrics Σ numerator / Σ denominator over units, e.g. clicks per view, by the delta method
 * (Deng, Knoblich & Lu, KDD 2018).
 */
export function ratioDifference(
  arms: RatioArms,
  alpha = 0.05,
): Judged<Comparison & { readonly rates: { readonly treatment: number; readonly control: number } }> {
  const treatment = ratioOf(arms.treatment);
  if (treatment.refused) return refuse(treatment.refused, `treatment: ${treatment.missing}`);
  const control = ratioOf(arms.control);
  if (control.refused) return refuse(control.refused, `control: ${control.missing}`);
  const variance = treatment.variance + control.variance;
  if (!(variance > 0)) return refuse('VARIANCE_ZERO', 'the ratio is the same for every unit');
  return {
    ...compare(treatment.mean - control.mean, Math.sqrt(variance), alpha),
    rates: { treatment: treatment.mean, control: control.mean },
  };
}

/** One arm's ratio and the variance of that ratio. */
export function ratioOf(moments: CrossMoments): Judged<{ readonly mean: number; readonly variance: number }> {
  const { n, means, products } = moments;
  const [top = 0, bottom = 0] = means;
  if (n === 0) return refuse('ARM_EMPTY', 'no units');
  if (n < 2) return refuse('UNITS_TOO_FEW', `${n} unit; a variance needs 2`);
  if (bottom === 0) return refuse('DENOMINATOR_ZERO', 'the denominator sums to 0');
  const mean = top / bottom;
  const tt = products[0]?.[0] ?? 0;
  const tb = products[0]?.[1] ?? 0;
  const bb = products[1]?.[1] ?? 0;
  const spread = Math.max(0, tt - 2 * mean * tb + mean * mean * bb) / (n - 1);
  return { mean, variance: spread / (n * bottom * bottom) };
}
