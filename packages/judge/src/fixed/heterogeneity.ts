import { chiSquareUpper } from '../distributions/chi-square.ts';
import { type Judged, refuse } from '../refusal.ts';

/** An effect in one slice, with its standard error. */
export type SliceEffect = { readonly estimate: number; readonly standardError: number };

/** Whether slices share one effect, and that effect if they do. */
export type Heterogeneity = {
  /** Combined by inverse variance, never pooled (Simpson). */
  readonly combined: SliceEffect;
  readonly q: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
  /** Share of the spread between slices that chance does not explain. */
  readonly iSquared: number;
};

/** Cochran's Q (Biometrics 1954) and I² (Higgins & Thompson, Statistics in Medicine 2002). */
export function cochranQ(slices: readonly SliceEffect[]): Judged<Heterogeneity> {
  if (slices.length < 2) return refuse('ARMS_MISSING', `${slices.length} slice; heterogeneity needs 2`);
  if (slices.some(({ standardError }) => !(standardError > 0 && Number.isFinite(standardError)))) {
    return refuse('VARIANCE_ZERO', 'a slice has no standard error');
  }
  const combined = inverseVariance(slices);
  const q = slices.reduce(
    (sum, { estimate, standardError }) => sum + ((estimate - combined.estimate) / standardError) ** 2,
    0,
  );
  const degreesOfFreedom = slices.length - 1;
  return {
    combined,
    q,
    degreesOfFreedom,
    p: chiSquareUpper(q, degreesOfFreedom),
    iSquared: q > 0 ? Math.max(0, (q - degreesOfFreedom) / q) : 0,
  };
}

/** Fixed-effect combination of independent estimates, each weighted by 1 / variance. */
export function inverseVariance(slices: readonly SliceEffect[]): SliceEffect {
  const weights = slices.map(({ standardError }) => 1 / standardError ** 2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const estimate = slices.reduce((sum, slice, i) => sum + slice.estimate * (weights[i] ?? 0), 0) / total;
  return { estimate, standardError: Math.sqrt(1 / total) };
}
