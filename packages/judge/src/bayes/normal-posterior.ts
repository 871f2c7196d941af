import { normalCdf, normalDensity, normalUpperQuantile } from '../distributions/normal.ts';
import type { Interval } from '../fixed/two-proportion.ts';
import { type Judged, refuse } from '../refusal.ts';

/** What is believed about an effect after an estimate of it. */
export type NormalPosterior = {
  readonly mean: number;
  readonly sd: number;
  readonly chanceToWin: number;
  /** Expected loss if the treatment is chosen and the effect is negative, and the other way round. */
  readonly risk: { readonly choosingTreatment: number; readonly choosingControl: number };
  readonly credible: Interval;
};

/** Normal posterior of an estimate with this standard error; without `prior` every effect is equally plausible beforehand. */
export function normalPosterior(
  estimate: { readonly estimate: number; readonly standardError: number },
  prior?: { readonly mean: number; readonly variance: number },
  alpha = 0.05,
): Judged<NormalPosterior> {
  if (!(estimate.standardError > 0))
    return refuse('VARIANCE_ZERO', `standard error ${estimate.standardError}`);
  const data = 1 / estimate.standardError ** 2;
  const belief = prior === undefined ? 0 : 1 / prior.variance;
  const variance = 1 / (data + belief);
  const mean = variance * (data * estimate.estimate + belief * (prior?.mean ?? 0));
  const sd = Math.sqrt(variance);
  const z = mean / sd;
  const reach = normalUpperQuantile(alpha / 2) * sd;
  return {
    mean,
    sd,
    chanceToWin: normalCdf(z),
    risk: {
      choosingTreatment: sd * normalDensity(z) - mean * normalCdf(-z),
      choosingControl: sd * normalDensity(z) + mean * normalCdf(z),
    },
    credible: { low: mean - reach, high: mean + reach },
  };
}
