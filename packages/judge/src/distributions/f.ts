import { betaOddsQuantile, betaTail } from './incomplete-beta.ts';
import { logProbabilityOn, probabilityOn, type Tail } from './tail.ts';

/** P(X ≤ x) for an F variable with `df1` and `df2` degrees of freedom. */
export function fCdf(x: number, df1: number, df2: number): number {
  return probabilityOn('lower', fTail(x, df1, df2));
}

/** P(X > x), computed directly. */
export function fUpper(x: number, df1: number, df2: number): number {
  return probabilityOn('upper', fTail(x, df1, df2));
}

/** ln P(X > x), finite where the probability itself underflows. */
export function fLogUpper(x: number, df1: number, df2: number): number {
  return logProbabilityOn('upper', fTail(x, df1, df2));
}

/** x with P(X ≤ x) = p. */
export function fQuantile(p: number, df1: number, df2: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability lies in [0, 1], got ${p}`);
  if (p === 0) return 0;
  if (p === 1) return Number.POSITIVE_INFINITY;
  const [side, target] = p <= 0.5 ? (['lower', Math.log(p)] as const) : (['upper', Math.log1p(-p)] as const);
  return (betaOddsQuantile(df1 / 2, df2 / 2, side, target) * df2) / df1;
}

function fTail(x: number, df1: number, df2: number): Tail {
  if (x <= 0) return { side: 'lower', log: Number.NEGATIVE_INFINITY };
  if (x === Number.POSITIVE_INFINITY) return { side: 'upper', log: Number.NEGATIVE_INFINITY };
  const total = df1 * x + df2;
  return betaTail(df1 / 2, df2 / 2, (df1 * x) / total, df2 / total);
}
