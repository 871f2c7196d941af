import { checkArms, type Moments, varianceOf } from '../metrics/moments.ts';
import { type Judged, refuse } from '../refusal.ts';
import { type Comparison, compare } from './comparison.ts';

/** The two samples of a comparison. */
export type Arms = { readonly treatment: Moments; readonly control: Moments };

/** Difference of two means without assuming equal variances (Welch, Biometrika 1947). */
export function welch(arms: Arms, alpha = 0.05): Judged<Comparison> {
  const checked = checkArms(arms);
  if (checked.refused) return checked;
  const t = varianceOf(arms.treatment) / arms.treatment.n;
  const c = varianceOf(arms.control) / arms.control.n;
  if (!(t + c > 0)) return refuse('VARIANCE_ZERO', 'both arms are constant');
  const estimate = arms.treatment.mean - arms.control.mean;
  return compare(estimate, Math.sqrt(t + c), alpha, welchDegreesOfFreedom(arms));
}

/** Satterthwaite's degrees of freedom of a difference of means. */
export function welchDegreesOfFreedom({ treatment, control }: Arms): number {
  const t = varianceOf(treatment) / treatment.n;
  const c = varianceOf(control) / control.n;
  return (t + c) ** 2 / (t ** 2 / (treatment.n - 1) + c ** 2 / (control.n - 1));
}

/** Difference of two means with a variance pooled over the arms (Student, Biometrika 1908). */
export function student(arms: Arms, alpha = 0.05): Judged<Comparison> {
  const checked = checkArms(arms);
  if (checked.refused) return checked;
  const { treatment, control } = arms;
  const degrees = treatment.n + control.n - 2;
  const pooled = (treatment.m2 + control.m2) / degrees;
  if (!(pooled > 0)) return refuse('VARIANCE_ZERO', 'both arms are constant');
  const error = Math.sqrt(pooled * (1 / treatment.n + 1 / control.n));
  return compare(treatment.mean - control.mean, error, alpha, degrees);
}

/** Mean of differences within pairs (Student 1908); `differences` are treatment − control. */
export function pairedT(differences: Moments, alpha = 0.05): Judged<Comparison> {
  if (differences.n < 2) return refuse('UNITS_TOO_FEW', `${differences.n} pairs; a variance needs 2`);
  const variance = varianceOf(differences);
  if (!(variance > 0)) return refuse('VARIANCE_ZERO', 'all differences are the same');
  return compare(differences.mean, Math.sqrt(variance / differences.n), alpha, differences.n - 1);
}
