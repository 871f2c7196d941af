import { gaussLegendre } from './gauss-legendre.ts';
import { logGamma } from './log-gamma.ts';
import { normalUpper } from './normal.ts';

/**
 * P(T > t) for Student's t with `df` degrees of freedom and noncentrality `shift`: the normal tail averaged over the
 * distribution of the estimated standard deviation.
 */
export function noncentralTUpper(t: number, df: number, shift: number): number {
  const spread = 1 / Math.sqrt(2 * df);
  const low = Math.max(0, 1 - 12 * spread);
  const high = 1 + 14 * spread;
  const { nodes, weights } = gaussLegendre(low, high, 40);
  const logScale = Math.LN2 + (df / 2) * Math.log(df / 2) - logGamma(df / 2);
  return nodes.reduce((sum, s, i) => {
    const logDensity = logScale + (df - 1) * Math.log(s) - (df * s * s) / 2;
    return sum + (weights[i] ?? 0) * Math.exp(logDensity) * normalUpper(t * s - shift);
  }, 0);
}
