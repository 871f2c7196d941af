import { normalUpper, normalUpperQuantile } from '../distributions/normal.ts';
import { studentTQuantile, studentTTwoSided } from '../distributions/student-t.ts';

/** One answer to "what did the treatment do", treatment minus control in the outcome's unit. */
export interface Effect {
  readonly refused?: never;
  readonly method: EffectMethod;
  /** ATT: over those treated; ATE: over everybody. */
  readonly estimand: 'ATT' | 'ATE';
  readonly estimate: number;
  readonly standardError: number;
  /** 95 %; by the normal approximation except where the method is Welch's. */
  readonly interval: readonly [number, number];
  /** Two-sided. */
  readonly p: number;
  /** Units the estimate speaks for, and those it compares them with, as if weighed equally (Kish 1965). */
  readonly effective: { readonly treated: number; readonly control: number };
}

export type EffectMethod =
  | 'unadjusted'
  | 'regression'
  | 'stratification'
  | 'matching'
  | 'matching-with-replacement'
  | 'weighting'
  | 'doubly-robust';

/** Completes an effect from its estimate and its standard error, which must be positive. */
export function effect(
  method: EffectMethod,
  estimand: 'ATT' | 'ATE',
  estimate: number,
  standardError: number,
  effective: Effect['effective'],
  degreesOfFreedom: number = Number.POSITIVE_INFINITY,
): Effect {
  const t = Math.abs(estimate) / standardError;
  const normal = degreesOfFreedom === Number.POSITIVE_INFINITY;
  const half =
    standardError * (normal ? normalUpperQuantile(0.025) : studentTQuantile(0.975, degreesOfFreedom));
  const p = normal ? 2 * normalUpper(t) : studentTTwoSided(t, degreesOfFreedom);
  const interval = [estimate - half, estimate + half] as const;
  return { method, estimand, estimate, standardError, interval, p, effective };
}

/** (Σw)²/Σw²: how many equally weighed units know as much. */
export function effectiveSize(weights: Iterable<number>): number {
  let sum = 0;
  let squares = 0;
  for (const w of weights) {
    sum += w;
    squares += w * w;
  }
  return squares === 0 ? 0 : (sum * sum) / squares;
}
