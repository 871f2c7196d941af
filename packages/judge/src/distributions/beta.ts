import { betaOddsQuantile, betaTail } from './incomplete-beta.ts';
import { logProbabilityOn, probabilityOn } from './tail.ts';

/** P(X ≤ x) for X ~ Beta(a, b): the regularised incomplete beta function. */
export function betaCdf(x: number, a: number, b: number): number {
  return probabilityOn('lower', betaTail(a, b, x, 1 - x));
}

/** P(X > x), computed directly. */
export function betaUpper(x: number, a: number, b: number): number {
  return probabilityOn('upper', betaTail(a, b, x, 1 - x));
}

/** ln P(X > x), finite where the probability itself underflows. */
export function betaLogUpper(x: number, a: number, b: number): number {
  return logProbabilityOn('upper', betaTail(a, b, x, 1 - x));
}

/** ln P(X ≤ x), finite where the probability itself underflows. */
export function betaLogCdf(x: number, a: number, b: number): number {
  return logProbabilityOn('lower', betaTail(a, b, x, 1 - x));
}

/** x with P(X ≤ x) = p. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability lies in [0, 1], got ${p}`);
  if (p === 0 || p === 1) return p;
  const odds =
    p <= 0.5 ? betaOddsQuantile(a, b, 'lower', Math.log(p)) : betaOddsQuantile(a, b, 'upper', Math.log1p(-p));
  return odds === Number.POSITIVE_INFINITY ? 1 : odds / (1 + odds);
}
