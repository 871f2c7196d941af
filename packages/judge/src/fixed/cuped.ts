import { type CrossMoments, mergeCrossMoments } from '../metrics/cross-moments.ts';
import type { Moments } from '../metrics/moments.ts';
import { type Judged, refuse } from '../refusal.ts';
import { type Comparison, compare } from './comparison.ts';
import { linearRegression } from './linear-regression.ts';
import { cholesky, solveCholesky } from './symmetric-solve.ts';
import { welch } from './welch.ts';

/** Both arms' cross moments of the columns [outcome, covariate, …]. */
export type CupedArms = { readonly treatment: CrossMoments; readonly control: CrossMoments };

/** A difference of means with the part that the past explains taken out. */
export type CupedEstimate = Comparison & {
  readonly raw: Comparison;
  /** Slope of the outcome on each covariate; one per arm where they differ. */
  readonly theta: readonly number[];
  /** Share of the raw variance that is gone; negative where adjusting hurt. */
  readonly gain: number;
  readonly means: { readonly treatment: number; readonly control: number };
  /** Smallest p-value of a difference in a covariate between the arms. */
  readonly covariateP: number;
};

/** From which units the slopes are learned: all, deviations within arms, or each arm by itself. */
export type CupedSlopes = 'pooled' | 'within-arm' | 'interacted';

/** Options of CUPED. */
export type CupedOptions = {
  readonly slopes?: CupedSlopes;
  readonly alpha?: number;
  /** Refuse when a covariate differs between the arms with a p-value below this; 1e-4 unless given, 0 to never refuse. */
  readonly refuseBelow?: number;
};

/**
 * CUPED from mergeable sums (Deng, Xu, Kohavi & Walker, WSDM 2013). `pooled` learns one slope from all units, as the paper
 * does; `within-arm` from deviations within arms (ANCOVA); `interacted` one per arm (Lin, Annals of Applied Statistics 2013).
 * A covariate that differs between the arms was not measured before the treatment, and is refused.
 */
export function cuped(arms: CupedArms, options: CupedOptions = {}): Judged<CupedEstimate> {
  const { slopes = 'pooled', alpha = 0.05, refuseBelow = 1e-4 } = options;
  const { treatment, control } = arms;
  const raw = welch({ treatment: column(treatment, 0), control: column(control, 0) }, alpha);
  if (raw.refused) return raw;
  const covariateP = leastCovariateP(arms);
  if (covariateP < refuseBelow) {
    return refuse(
      'COVARIATE_DIFFERS',
      `the arms differ in a covariate with p = ${covariateP.toPrecision(3)}`,
    );
  }
  const learned = learn(arms, slopes);
  if (learned.refused) return learned;
  const { theta } = learned;
  const everybody = mergeCrossMoments(treatment, control);
  const adjusted = {
    treatment: adjust(treatment, theta.treatment, everybody),
    control: adjust(control, theta.control, everybody),
  };
  const result = welch(adjusted, alpha);
  if (result.refused) return result;
  // Slopes per arm are centred on a mean that is itself estimated; the pooled mean carries that error.
  const error = Math.hypot(result.standardError, centringError(learned.theta, everybody));
  return {
    ...(slopes === 'interacted' ? compare(result.estimate, error, alpha, result.degreesOfFreedom) : result),
    raw,
    theta: slopes === 'interacted' ? [...theta.treatment, ...theta.control] : theta.treatment,
    gain: 1 - (slopes === 'interacted' ? error : result.standardError) ** 2 / raw.standardError ** 2,
    means: { treatment: adjusted.treatment.mean, control: adjusted.control.mean },
    covariateP,
  };
}

/** A regression-adjusted difference with both kinds of standard errors. */
export type RegressionAdjusted = {
  readonly estimate: number;
  readonly theta: readonly number[];
  readonly degreesOfFreedom: number;
  readonly classicalError: number;
  /** HC2 (MacKinnon & White 1985), by which the interval is made. */
  readonly robustError: number;
  readonly robust: Comparison;
};

/**
 * Regression adjustment from rows: ANCOVA, or with `interacted` covariates centred and crossed with the treatment
 * (Lin 2013). Exact HC2 errors need every unit's leverage, which sums do not keep.
 */
export function regressionAdjusted(
  rows: {
    readonly outcome: ArrayLike<number>;
    readonly treated: ArrayLike<number>;
    readonly covariates: readonly ArrayLike<number>[];
  },
  options: { readonly interacted?: boolean; readonly alpha?: number } = {},
): Judged<RegressionAdjusted> {
  const { outcome, treated, covariates } = rows;
  const centred = covariates.map((values) => centre(values));
  const crossed = options.interacted
    ? centred.map((values) => values.map((value, unit) => value * (treated[unit] ?? 0)))
    : [];
  const fit = linearRegression(outcome, [treated, ...centred, ...crossed]);
  if (fit.refused) return fit;
  const estimate = fit.slopes[0] ?? 0;
  const robustError = fit.standardErrors.hc2[0] ?? 0;
  if (!(robustError > 0))
    return refuse('VARIANCE_ZERO', 'the covariates and the arm explain every outcome exactly');
  return {
    estimate,
    theta: fit.slopes.slice(1),
    degreesOfFreedom: fit.degreesOfFreedom,
    classicalError: fit.standardErrors.classical[0] ?? 0,
    robustError,
    robust: compare(estimate, robustError, options.alpha ?? 0.05),
  };
}

type Slopes = { readonly treatment: readonly number[]; readonly control: readonly number[] };

function learn(arms: CupedArms, slopes: CupedSlopes): Judged<{ readonly theta: Slopes }> {
  if (slopes === 'interacted') {
    const treatment = slopesOf(arms.treatment.products);
    if (treatment.refused) return treatment;
    const control = slopesOf(arms.control.products);
    if (control.refused) return control;
    return { theta: { treatment: treatment.slopes, control: control.slopes } };
  }
  const products =
    slopes === 'pooled'
      ? mergeCrossMoments(arms.treatment, arms.control).products
      : arms.treatment.products.map((row, i) => row.map((x, j) => x + (arms.control.products[i]?.[j] ?? 0)));
  const both = slopesOf(products);
  return both.refused ? both : { theta: { treatment: both.slopes, control: both.slopes } };
}

/** Regression slopes of the first column on the others. */
function slopesOf(products: CrossMoments['products']): Judged<{ readonly slopes: readonly number[] }> {
  const covariates = products.slice(1).map((row) => row.slice(1));
  if (covariates.length === 0) return refuse('INPUT_INVALID', 'no covariate');
  const scales = covariates.map((row, j) => Math.sqrt(row[j] ?? 0));
  if (scales.some((scale) => !(scale > 0))) return refuse('COVARIATE_CONSTANT', 'a covariate is constant');
  const factor = cholesky(
    covariates.map((row, i) => row.map((product, j) => product / ((scales[i] ?? 1) * (scales[j] ?? 1)))),
  );
  if (factor === undefined)
    return refuse('COVARIATES_COLLINEAR', 'a covariate is a combination of the others');
  const right = scales.map((scale, j) => (products[j + 1]?.[0] ?? 0) / scale);
  return { slopes: solveCholesky(factor, right).map((slope, j) => slope / (scales[j] ?? 1)) };
}

/** Moments of outcome − θ · (covariate − mean over everybody). */
function adjust(arm: CrossMoments, theta: readonly number[], everybody: CrossMoments): Moments {
  const vector = [1, ...theta.map((slope) => -slope)];
  const m2 = vector.reduce(
    (sum, a, i) => sum + a * vector.reduce((part, b, j) => part + b * (arm.products[i]?.[j] ?? 0), 0),
    0,
  );
  const mean = theta.reduce(
    (rest, slope, j) => rest - slope * ((arm.means[j + 1] ?? 0) - (everybody.means[j + 1] ?? 0)),
    arm.means[0] ?? 0,
  );
  return { n: arm.n, mean, m2: Math.max(0, m2) };
}

function centringError(theta: Slopes, everybody: CrossMoments): number {
  const gaps = theta.treatment.map((slope, j) => slope - (theta.control[j] ?? 0));
  const variance = gaps.reduce(
    (sum, a, i) =>
      sum + a * gaps.reduce((part, b, j) => part + b * (everybody.products[i + 1]?.[j + 1] ?? 0), 0),
    0,
  );
  return Math.sqrt(variance / everybody.n / everybody.n);
}

function leastCovariateP(arms: CupedArms): number {
  let least = 1;
  for (let j = 1; j < arms.treatment.means.length; j++) {
    const test = welch({ treatment: column(arms.treatment, j), control: column(arms.control, j) });
    if (!test.refused) least = Math.min(least, test.p);
  }
  return least;
}

function column(moments: CrossMoments, j: number): Moments {
  return { n: moments.n, mean: moments.means[j] ?? 0, m2: moments.products[j]?.[j] ?? 0 };
}

function centre(values: ArrayLike<number>): Float64Array {
  const copy = Float64Array.from(values);
  const mean = copy.reduce((sum, value) => sum + value, 0) / copy.length;
  return copy.map((value) => value - mean);
}
