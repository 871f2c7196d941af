import { gammaTail, logPoissonMass } from './incomplete-gamma.ts';
import { logProbabilityOn, probabilityOn, solveLogTail } from './tail.ts';

/** P(X ≤ x) for a chi-square variable with `df` > 0 degrees of freedom. */
export function chiSquareCdf(x: number, df: number): number {
  return probabilityOn('lower', gammaTail(df / 2, x / 2));
}

/** P(X > x), computed directly. */
export function chiSquareUpper(x: number, df: number): number {
  return probabilityOn('upper', gammaTail(df / 2, x / 2));
}

/** ln P(X > x), finite where the probability itself underflows. */
export function chiSquareLogUpper(x: number, df: number): number {
  return logProbabilityOn('upper', gammaTail(df / 2, x / 2));
}

/** x with P(X ≤ x) = p. */
export function chiSquareQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability lies in [0, 1], got ${p}`);
  if (p === 0) return 0;
  if (p === 1) return Number.POSITIVE_INFINITY;
  const shape = df / 2;
  const side = p <= 0.5 ? 'lower' : 'upper';
  const target = p <= 0.5 ? Math.log(p) : Math.log1p(-p);
  const at = (u: number) => {
    const x = Math.exp(u);
    return { tail: gammaTail(shape, x), logDensity: logPoissonMass(shape, x) + Math.log(shape) };
  };
  return 2 * Math.exp(solveLogTail(at, side, target, Math.log(shape)));
}
