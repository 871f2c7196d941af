import { type Judged, refuse } from '../refusal.ts';
import type { SubBucketCovariate } from '../sequential/sub-buckets.ts';

/** Sums of one group by sub-bucket of units, before the change and since. */
export type Periods = { readonly before: SubBucketCovariate; readonly now: SubBucketCovariate };

/** How far a group's rate lies above what it would be without the change. */
export type TrendDifference = {
  readonly estimate: number;
  /** The rate it would have. */
  readonly expected: number;
  readonly rate: number;
  /** Of the estimate: what comes from the present, and shrinks with it, and what comes from before, and stays. */
  readonly varianceNow: number;
  readonly varianceBefore: number;
};

/** Events of the others before the change below which their rates are compared by difference alone. */
const LEAST_EVENTS = 10;

/**
 * Difference-in-differences of rates: treated units now, against their rate before moved as the rate of the others moved meanwhile; by the
 * difference (Card & Krueger, American Economic Review 1994) or by the ratio, for causes that multiply (Wooldridge, Econometrics Journal 2023, exponential
 * mean), whichever expects more, so that harm is what neither explains. Variances between sub-buckets, over both periods at once for units that stay
 * (Bertrand, Duflo & Mullainathan, QJE 2004). What the groups do not share (a cause of one alone) is not removed.
 */
export function differenceInDifferences(treated: Periods, others: Periods): Judged<TrendDifference> {
  const groups = { t0: treated.before, t1: treated.now, o0: others.before, o1: others.now };
  const empty = Object.values(groups).some(({ denominator }) => sum(denominator) === 0);
  if (empty) return refuse('UNITS_TOO_FEW', 'a group had no trial in one of the periods');
  const [t0, t1, o0, o1] = [rateOf(groups.t0), rateOf(groups.t1), rateOf(groups.o0), rateOf(groups.o1)];
  const ratio = sum(groups.o0.numerator) >= LEAST_EVENTS ? t0 * (o1 / o0) : 0;
  const byRatio = ratio > t0 + o1 - o0;
  const expected = Math.min(1, Math.max(0, byRatio ? ratio : t0 + o1 - o0));
  // What a small change of each rate changes in the expected one.
  const slope = byRatio ? { t0: o1 / o0, o0: ratio / o0, o1: t0 / o0 } : { t0: 1, o0: 1, o1: 1 };
  const [lt0, lt1, lo0, lo1] = [
    linear(groups.t0, t0),
    linear(groups.t1, t1),
    linear(groups.o0, o0),
    linear(groups.o1, o1),
  ];
  const now = spread(lt1.map((value, bucket) => value - slope.o1 * (lo1[bucket] ?? 0)));
  const before = spread(lt0.map((value, bucket) => slope.t0 * value - slope.o0 * (lo0[bucket] ?? 0)));
  if (!(now > 0)) return refuse('VARIANCE_ZERO', 'no sub-bucket differs from another');
  return { estimate: t1 - expected, expected, rate: t1, varianceNow: now, varianceBefore: before };
}

function rateOf({ numerator, denominator }: SubBucketCovariate): number {
  return sum(numerator) / sum(denominator);
}

/** What each sub-bucket adds to the ratio's deviation (delta method). */
function linear({ numerator, denominator }: SubBucketCovariate, rate: number): readonly number[] {
  const all = sum(denominator);
  return numerator.map((events, bucket) => (events - rate * (denominator[bucket] ?? 0)) / all);
}

function spread(parts: readonly number[]): number {
  return (parts.length / (parts.length - 1)) * parts.reduce((total, part) => total + part ** 2, 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
