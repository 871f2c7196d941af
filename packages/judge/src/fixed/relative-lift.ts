import { studentTQuantile } from '../distributions/student-t.ts';
import { checkArms, varianceOf } from '../metrics/moments.ts';
import { type Judged, refuse } from '../refusal.ts';
import { type Comparison, compare, normalReach } from './comparison.ts';
import type { Interval } from './two-proportion.ts';
import { type Arms, welchDegreesOfFreedom } from './welch.ts';

/** Where the lift's interval comes from; one scale is to be chosen before the data. */
export type LiftScale = 'delta' | 'log' | 'fieller';

/** Two means with the variances of those means. */
export type MeansWithVariance = {
  readonly treatment: { readonly mean: number; readonly variance: number };
  readonly control: { readonly mean: number; readonly variance: number };
};

/**
 * Relative lift (treatment / control − 1) by the delta method: normal unless `degreesOfFreedom` is given
 * (Deng, Knoblich & Lu, KDD 2018).
 */
export function deltaLift(
  { treatment, control }: MeansWithVariance,
  alpha = 0.05,
  degreesOfFreedom: number = Number.POSITIVE_INFINITY,
): Judged<Comparison> {
  if (control.mean === 0) return refuse('CONTROL_MEAN_ZERO', 'the control mean is 0');
  const ratio = treatment.mean / control.mean;
  const variance = (treatment.variance + ratio * ratio * control.variance) / control.mean ** 2;
  if (!(variance > 0)) return refuse('VARIANCE_ZERO', 'both arms are constant');
  return compare(
    (treatment.mean - control.mean) / control.mean,
    Math.sqrt(variance),
    alpha,
    degreesOfFreedom,
  );
}

/** Relative lift on the log scale, transformed back: never below −100 %. Both means must be positive. */
export function logLift(
  { treatment, control }: MeansWithVariance,
  alpha = 0.05,
): Judged<{ readonly estimate: number; readonly log: Comparison } & Interval> {
  if (!(treatment.mean > 0 && control.mean > 0)) {
    return refuse(
      'CONTROL_MEAN_ZERO',
      `the log scale needs positive means, got ${treatment.mean} and ${control.mean}`,
    );
  }
  const variance = treatment.variance / treatment.mean ** 2 + control.variance / control.mean ** 2;
  if (!(variance > 0)) return refuse('VARIANCE_ZERO', 'both arms are constant');
  const log = compare(Math.log(treatment.mean / control.mean), Math.sqrt(variance), alpha);
  return { estimate: Math.expm1(log.estimate), log, low: Math.expm1(log.low), high: Math.expm1(log.high) };
}

/**
 * Fieller's interval (1954) of the relative lift: exact for normal means. Refused where control's mean cannot be told from
 * zero, because the set of plausible ratios is then unbounded.
 */
export function fiellerLift(
  { treatment, control }: MeansWithVariance,
  alpha = 0.05,
  degreesOfFreedom: number = Number.POSITIVE_INFINITY,
): Judged<{ readonly estimate: number } & Interval> {
  if (control.mean === 0) return refuse('CONTROL_MEAN_ZERO', 'the control mean is 0');
  const reach =
    degreesOfFreedom === Number.POSITIVE_INFINITY
      ? normalReach(alpha)
      : -studentTQuantile(alpha / 2, degreesOfFreedom);
  const g = (reach * reach * control.variance) / control.mean ** 2;
  if (g >= 1)
    return refuse('INTERVAL_UNBOUNDED', `control's mean ${control.mean} is within its own error of 0`);
  const ratio = treatment.mean / control.mean;
  const spread =
    (reach / Math.abs(control.mean)) *
    Math.sqrt((1 - g) * treatment.variance + ratio * ratio * control.variance);
  return { estimate: ratio - 1, low: (ratio - spread) / (1 - g) - 1, high: (ratio + spread) / (1 - g) - 1 };
}

/** Relative lift of two samples' means, with Welch's degrees of freedom. */
export function relativeLift(arms: Arms, alpha = 0.05): Judged<Comparison> {
  const checked = checkArms(arms);
  if (checked.refused) return checked;
  return deltaLift(meansOf(arms), alpha, welchDegreesOfFreedom(arms));
}

/** The means of two samples with the variances of these means. */
export function meansOf({ treatment, control }: Arms): MeansWithVariance {
  return {
    treatment: { mean: treatment.mean, variance: varianceOf(treatment) / treatment.n },
    control: { mean: control.mean, variance: varianceOf(control) / control.n },
  };
}
