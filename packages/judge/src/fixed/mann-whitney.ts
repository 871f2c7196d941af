import { logChoose } from '../distributions/log-gamma.ts';
import { normalQuantile } from '../distributions/normal.ts';
import { type Judged, refuse } from '../refusal.ts';
import { brentRoot } from './brent.ts';
import { normalTwoSided } from './comparison.ts';
import { midranks } from './ranks.ts';
import type { Interval } from './two-proportion.ts';

/** What the rank-sum test says about x against y. */
export type RankSum = {
  /** Pairs in which x is larger, ties counting one half. */
  readonly w: number;
  /** W over the number of pairs: the chance that an x exceeds a y. */
  readonly auc: number;
  readonly z: number;
  /** Two-sided, with continuity correction. */
  readonly p: number;
  readonly pUncorrected: number;
};

/** Mann–Whitney–Wilcoxon rank-sum test by the normal approximation corrected for ties (Lehmann, Nonparametrics 1975). */
export function mannWhitney(x: ArrayLike<number>, y: ArrayLike<number>): Judged<RankSum> {
  if (x.length === 0 || y.length === 0) return refuse('ARM_EMPTY', `${x.length} and ${y.length} values`);
  const { shift, sigma } = centredRankSum(x, y, 0);
  if (!(sigma > 0)) return refuse('VARIANCE_ZERO', 'all values of both arms are the same');
  const pairs = x.length * y.length;
  const w = shift + pairs / 2;
  const z = (shift - 0.5 * Math.sign(shift)) / sigma;
  return { w, auc: w / pairs, z, p: normalTwoSided(z), pUncorrected: normalTwoSided(shift / sigma) };
}

/**
 * How far x lies above y: the shift at which the rank-sum test is balanced (Hodges & Lehmann 1963), with the interval of
 * shifts it does not reject. Found on the normal approximation with roots to 1e-4, as R's `wilcox.test` does.
 */
export function locationShift(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  alpha = 0.05,
): Judged<{ readonly estimate: number } & Interval> {
  if (x.length === 0 || y.length === 0) return refuse('ARM_EMPTY', `${x.length} and ${y.length} values`);
  const least = minimum(x) - maximum(y);
  const most = maximum(x) - minimum(y);
  if (least === most) return refuse('VARIANCE_ZERO', 'all values of both arms are the same');
  const balanced = (quantile: number, corrected: boolean): number => {
    const excess = (by: number) => {
      const { shift, sigma } = centredRankSum(x, y, by);
      return (shift - (corrected ? 0.5 * Math.sign(shift) : 0)) / sigma - quantile;
    };
    if (excess(least) <= 0) return least;
    if (excess(most) >= 0) return most;
    return brentRoot(excess, least, most, 1e-4);
  };
  const reach = -normalQuantile(alpha / 2);
  return { estimate: balanced(0, false), low: balanced(reach, true), high: balanced(-reach, true) };
}

/**
 * Exact distribution of W for samples without ties, by counting subsets; two-sided is twice the smaller tail.
 * Refused for ties, where the counts do not hold, and above 10,000 pairs.
 */
export function mannWhitneyExact(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
): Judged<{ readonly w: number; readonly p: number; readonly pGreater: number; readonly pLess: number }> {
  const pairs = x.length * y.length;
  if (pairs === 0) return refuse('ARM_EMPTY', `${x.length} and ${y.length} values`);
  if (pairs > 10_000)
    return refuse('INPUT_INVALID', `${pairs} pairs: the normal approximation is exact enough`);
  const { ranks, ties } = midranks([...Array.from(x), ...Array.from(y)]);
  if (ties > 0) return refuse('INPUT_INVALID', 'ties: use the corrected normal approximation');
  let w = (-x.length * (x.length + 1)) / 2;
  for (let i = 0; i < x.length; i++) w += ranks[i] ?? 0;
  const shares = rankSumShares(x.length, y.length);
  let pLess = 0;
  let pGreater = 0;
  shares.forEach((share, value) => {
    if (value <= w) pLess += share;
    if (value >= w) pGreater += share;
  });
  return { w, p: Math.min(1, 2 * Math.min(pLess, pGreater)), pGreater, pLess };
}

/** Probability of each value of W: coefficients of the Gaussian binomial, by the recursion of Mann & Whitney (1947). */
function rankSumShares(m: number, n: number): Float64Array {
  const counts = new Float64Array(m * n + 1);
  counts[0] = 1;
  // Multiply by (1 − q^(n+i)) and divide by (1 − q^i) for i = 1 … m, scaled along so that nothing overflows.
  for (let i = 1; i <= m; i++) {
    for (let value = m * n; value >= n + i; value--) {
      counts[value] = (counts[value] ?? 0) - (counts[value - n - i] ?? 0);
    }
    for (let value = i; value <= m * n; value++)
      counts[value] = (counts[value] ?? 0) + (counts[value - i] ?? 0);
  }
  const logTotal = logChoose(m + n, m);
  return counts.map((count) => (count > 0 ? Math.exp(Math.log(count) - logTotal) : 0));
}

function centredRankSum(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  by: number,
): { readonly shift: number; readonly sigma: number } {
  const all = new Float64Array(x.length + y.length);
  for (let i = 0; i < x.length; i++) all[i] = (x[i] ?? 0) - by;
  for (let i = 0; i < y.length; i++) all[x.length + i] = y[i] ?? 0;
  const { ranks, ties } = midranks(all);
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += ranks[i] ?? 0;
  const pairs = x.length * y.length;
  const n = all.length;
  const sigma = Math.sqrt((pairs / 12) * (n + 1 - ties / (n * (n - 1))));
  return { shift: sum - (x.length * (x.length + 1)) / 2 - pairs / 2, sigma };
}

function minimum(values: ArrayLike<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++) least = Math.min(least, values[i] ?? least);
  return least;
}

function maximum(values: ArrayLike<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i] ?? most);
  return most;
}
