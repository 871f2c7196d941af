import { betaCdf } from '../distributions/beta.ts';
import { quantileOfSorted } from '../metrics/quantile.ts';
import { type Judged, refuse } from '../refusal.ts';
import { type Comparison, compare } from './comparison.ts';

/**
 * Difference of a quantile between two samples of independent values. The variance of each sample quantile is that of
 * the Maritz–Jarrett estimator (JASA 1978): moments of the order statistic under the empirical distribution.
 */
export function quantileDifference(
  treatment: ArrayLike<number>,
  control: ArrayLike<number>,
  share: number,
  alpha = 0.05,
): Judged<Comparison & { readonly quantiles: { readonly treatment: number; readonly control: number } }> {
  if (!(share > 0 && share < 1))
    return refuse('INPUT_INVALID', `a quantile lies inside (0, 1), got ${share}`);
  for (const [name, values] of [
    ['treatment', treatment],
    ['control', control],
  ] as const) {
    const tail = values.length * Math.min(share, 1 - share);
    if (values.length === 0) return refuse('ARM_EMPTY', `${name} has no values`);
    if (tail < 5)
      return refuse(
        'UNITS_TOO_FEW',
        `${name} has ${tail.toFixed(1)} values beyond the quantile; 5 are needed`,
      );
  }
  const t = Float64Array.from(treatment).sort();
  const c = Float64Array.from(control).sort();
  const quantiles = { treatment: quantileOfSorted(t, share), control: quantileOfSorted(c, share) };
  const variance = maritzJarrett(t, share) + maritzJarrett(c, share);
  if (!(variance > 0)) return refuse('VARIANCE_ZERO', 'the values around the quantile are all the same');
  return { ...compare(quantiles.treatment - quantiles.control, Math.sqrt(variance), alpha), quantiles };
}

function maritzJarrett(sorted: Float64Array, share: number): number {
  const n = sorted.length;
  const rank = Math.floor(share * n + 0.5);
  const a = Math.max(1, rank);
  const b = Math.max(1, n - rank + 1);
  // Weights fall off like a normal with this spread; beyond twelve of them nothing is left.
  const reach = 12 * Math.sqrt(n * share * (1 - share)) + 2;
  const from = Math.max(0, Math.floor(a - reach));
  const to = Math.min(n, Math.ceil(a + reach));
  const origin = sorted[Math.min(n - 1, a - 1)] ?? 0;
  let below = betaCdf(from / n, a, b);
  let first = 0;
  let second = 0;
  for (let i = from; i < to; i++) {
    const above = betaCdf((i + 1) / n, a, b);
    const value = (sorted[i] ?? 0) - origin;
    first += (above - below) * value;
    second += (above - below) * value * value;
    below = above;
  }
  return Math.max(0, second - first * first);
}
