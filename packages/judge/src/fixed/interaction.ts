import { studentTTwoSided } from '../distributions/student-t.ts';
import { type Judged, refuse } from '../refusal.ts';
import { linearRegression } from './linear-regression.ts';

/** How the effect changes with one unit of a modifier. */
export type Interaction = {
  readonly coefficients: {
    readonly intercept: number;
    readonly treatment: number;
    readonly modifier: number;
    readonly interaction: number;
  };
  readonly standardErrors: { readonly classical: number; readonly hc1: number; readonly hc2: number };
  /** Two-sided, from the HC2 error and Student's t. */
  readonly p: number;
};

/** Treatment × modifier in a linear regression, with robust errors (MacKinnon & White 1985). */
export function interaction(rows: {
  readonly outcome: ArrayLike<number>;
  readonly treated: ArrayLike<number>;
  readonly modifier: ArrayLike<number>;
}): Judged<Interaction> {
  const product = Float64Array.from(rows.modifier, (value, unit) => value * (rows.treated[unit] ?? 0));
  const fit = linearRegression(rows.outcome, [rows.treated, rows.modifier, product]);
  if (fit.refused) return fit;
  const [treatment = 0, modifier = 0, crossed = 0] = fit.slopes;
  const { classical, hc1, hc2 } = fit.standardErrors;
  const errors = { classical: classical[2] ?? 0, hc1: hc1[2] ?? 0, hc2: hc2[2] ?? 0 };
  if (!(errors.hc2 > 0)) return refuse('VARIANCE_ZERO', 'arm and modifier explain every outcome exactly');
  return {
    coefficients: { intercept: fit.intercept, treatment, modifier, interaction: crossed },
    standardErrors: errors,
    p: studentTTwoSided(crossed / errors.hc2, fit.degreesOfFreedom),
  };
}
