import { normalQuantile, normalUpper, normalUpperQuantile } from '../distributions/normal.ts';
import { studentTQuantile, studentTTwoSided } from '../distributions/student-t.ts';

/** A difference or lift with its uncertainty: treatment against control. */
export type Comparison = {
  readonly estimate: number;
  readonly standardError: number;
  /** Estimate over standard error. */
  readonly statistic: number;
  /** Infinity where the normal distribution is used. */
  readonly degreesOfFreedom: number;
  /** Two-sided. */
  readonly p: number;
  readonly low: number;
  readonly high: number;
};

/** Test of zero and interval from an estimate whose error is Student's with these degrees of freedom. */
export function compare(
  estimate: number,
  standardError: number,
  alpha: number,
  degreesOfFreedom: number = Number.POSITIVE_INFINITY,
): Comparison {
  const statistic = estimate / standardError;
  const normal = degreesOfFreedom === Number.POSITIVE_INFINITY;
  const p = normal ? normalTwoSided(statistic) : studentTTwoSided(statistic, degreesOfFreedom);
  const reach = normal ? normalUpperQuantile(alpha / 2) : -studentTQuantile(alpha / 2, degreesOfFreedom);
  return {
    estimate,
    standardError,
    statistic,
    degreesOfFreedom,
    p,
    low: estimate - reach * standardError,
    high: estimate + reach * standardError,
  };
}

/** P(|Z| > |z|). */
export function normalTwoSided(z: number): number {
  return Math.min(1, 2 * normalUpper(Math.abs(z)));
}

/** Half-width of a normal interval in standard errors. */
export function normalReach(alpha: number): number {
  return -normalQuantile(alpha / 2);
}
