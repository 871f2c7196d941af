import { betaOddsQuantile, betaTail } from './incomplete-beta.ts';
import { normalLogUpper, normalQuantile, normalUpper } from './normal.ts';
import { logProbabilityOn, probabilityOn, type Tail } from './tail.ts';

/** P(T ≤ t) for Student's t with `df` > 0 degrees of freedom; `df` may be fractional or Infinity (the normal limit). */
export function studentTCdf(t: number, df: number): number {
  return studentTUpper(-t, df);
}

/** P(T > t), computed directly. */
export function studentTUpper(t: number, df: number): number {
  if (df === Number.POSITIVE_INFINITY) return normalUpper(t);
  if (t === 0) return 0.5;
  const half = 0.5 * probabilityOn('upper', squaredTail(t, df));
  return t > 0 ? half : 1 - half;
}

/** ln P(T > t), finite where the probability itself underflows. */
export function studentTLogUpper(t: number, df: number): number {
  if (df === Number.POSITIVE_INFINITY) return normalLogUpper(t);
  if (t <= 0) return Math.log1p(-studentTUpper(-t, df));
  return logProbabilityOn('upper', squaredTail(t, df)) - Math.LN2;
}

/** P(|T| > |t|), the two-sided p-value. */
export function studentTTwoSided(t: number, df: number): number {
  return Math.min(1, 2 * studentTUpper(Math.abs(t), df));
}

/** t with P(T ≤ t) = p. */
export function studentTQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability lies in [0, 1], got ${p}`);
  if (df === Number.POSITIVE_INFINITY) return normalQuantile(p);
  if (p === 0.5) return 0;
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const tail = Math.min(p, 1 - p);
  // T² / df is the odds of a Beta(½, df/2) variable; near the centre its lower side keeps the digits.
  const odds =
    tail < 0.25
      ? betaOddsQuantile(0.5, df / 2, 'upper', Math.log(2 * tail))
      : betaOddsQuantile(0.5, df / 2, 'lower', Math.log(1 - 2 * tail));
  const size = Math.sqrt(odds * df);
  return p < 0.5 ? -size : size;
}

function squaredTail(t: number, df: number): Tail {
  if (!(df > 0)) throw new RangeError(`degrees of freedom are positive, got ${df}`);
  const square = t * t;
  if (square === Number.POSITIVE_INFINITY) return { side: 'upper', log: Number.NEGATIVE_INFINITY };
  return betaTail(0.5, df / 2, square / (df + square), df / (df + square));
}
