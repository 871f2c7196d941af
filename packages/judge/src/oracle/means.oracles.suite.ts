import { accepted } from '../accepted.suite.ts';
import { anova } from '../fixed/anova.ts';
import { normalTwoSided } from '../fixed/comparison.ts';
import { cuped, regressionAdjusted } from '../fixed/cuped.ts';
import { deltaLift, meansOf } from '../fixed/relative-lift.ts';
import { type Arms, pairedT, student, welch, welchDegreesOfFreedom } from '../fixed/welch.ts';
import { crossMomentsOf } from '../metrics/cross-moments.ts';
import { type Moments, momentsOf, momentsOfSums, varianceOf } from '../metrics/moments.ts';
import { asymptoticSequence } from '../sequential/asymptotic-sequence.ts';
import { tunedRhoSquared } from '../sequential/normal-mixture.ts';
import { levelsOf, list, number, samples, tableOf, text } from './case-inputs.suite.ts';
import { numbersOf, type OracleCase, type OracleRegistry, rowsWhere } from './oracle.suite.ts';

function welchCase(one: OracleCase): Record<string, unknown> {
  const { t, c } = samples(one);
  const arms: Arms = { treatment: momentsOf(t), control: momentsOf(c) };
  const result = welch(arms);
  if (result.refused) return result;
  const pooled = accepted(student(arms));
  return {
    n_t: t.length,
    n_c: c.length,
    mean_t: arms.treatment.mean,
    mean_c: arms.control.mean,
    var_t: varianceOf(arms.treatment),
    var_c: varianceOf(arms.control),
    estimate: result.estimate,
    se: result.standardError,
    t: result.statistic,
    df: result.degreesOfFreedom,
    p: result.p,
    ci95: [result.low, result.high],
    student_t: pooled.statistic,
    student_df: pooled.degreesOfFreedom,
    student_p: pooled.p,
  };
}

function cupedCase(one: OracleCase): Record<string, unknown> {
  const { inputs } = one;
  const table = tableOf(one);
  const rows = { t: rowsWhere(table, text(inputs.treatment)), c: rowsWhere(table, text(inputs.control)) };
  const names = [inputs.covariates].flat().map(text);
  const columns = (of: readonly number[]) =>
    [text(inputs.outcome), ...names].map((name) => numbersOf(table, name, of));
  const arms = { treatment: crossMomentsOf(columns(rows.t)), control: crossMomentsOf(columns(rows.c)) };
  const result = accepted(cuped(arms, { refuseBelow: 0 }));
  const both = columns([...rows.t, ...rows.c]);
  const regression = {
    outcome: both[0] ?? new Float64Array(),
    treated: Float64Array.from([...rows.t.map(() => 1), ...rows.c.map(() => 0)]),
    covariates: both.slice(1),
  };
  const ancova = accepted(regressionAdjusted(regression));
  const lin = accepted(regressionAdjusted(regression, { interacted: true }));
  const scalar = (theta: readonly number[]) => (theta.length === 1 ? theta[0] : theta);
  return {
    raw_estimate: result.raw.estimate,
    raw_se: result.raw.standardError,
    raw_p: result.raw.p,
    theta_pooled_all_units: scalar(result.theta),
    estimate: result.estimate,
    se_welch: result.standardError,
    df: result.degreesOfFreedom,
    t: result.statistic,
    p: result.p,
    ci95: [result.low, result.high],
    mean_t_adj: result.means.treatment,
    mean_c_adj: result.means.control,
    variance_reduction: result.gain,
    ancova_estimate: ancova.estimate,
    ancova_se_ols: ancova.classicalError,
    ancova_se_hc2: ancova.robustError,
    ancova_theta: scalar(ancova.theta),
    lin_estimate: lin.estimate,
    lin_se_hc2: lin.robustError,
    lin_p_hc2_normal: normalTwoSided(lin.estimate / lin.robustError),
  };
}

type GrowthBookArm = {
  readonly kind: string;
  readonly sum: number;
  readonly sum_squares?: number;
  readonly n: number;
};

/** GrowthBook's statistics engine: p(1 − p) as the variance of a proportion, a as control. */
function growthBookMoments({ kind, sum, sum_squares = 0, n }: GrowthBookArm): Moments {
  if (kind === 'mean') return momentsOfSums(n, sum, sum_squares);
  const rate = sum / n;
  return { n, mean: rate, m2: rate * (1 - rate) * (n - 1) };
}

function growthBookCase({ inputs, options }: OracleCase): Record<string, unknown> {
  const arms: Arms = {
    treatment: growthBookMoments(inputs.b as GrowthBookArm),
    control: growthBookMoments(inputs.a as GrowthBookArm),
  };
  const df = welchDegreesOfFreedom(arms);
  const result =
    inputs.difference_type === 'relative'
      ? accepted(deltaLift(meansOf(arms), 0.05, df))
      : accepted(welch(arms));
  const target = options.sequential_tuning_parameter;
  const shared = { estimate: result.estimate, se: result.standardError, df };
  if (target === undefined)
    return { ...shared, t: result.statistic, p: result.p, ci95: [result.low, result.high] };
  const look = asymptoticSequence(
    {
      estimate: result.estimate,
      variance: result.standardError ** 2,
      count: arms.treatment.n + arms.control.n,
    },
    0.05,
    number(target),
  );
  return {
    ...shared,
    rho: Math.sqrt(tunedRhoSquared(0.05, number(target))),
    ci95: [look.low, look.high],
    p: look.p,
    log_e: look.logEvidence,
  };
}

/** Kinds of cases that comparisons of means answer. */
export const oracles: OracleRegistry = {
  welch_t: welchCase,
  paired_t: ({ inputs }) => {
    const c = list(inputs.c);
    const result = accepted(pairedT(momentsOf(list(inputs.t).map((value, i) => value - (c[i] ?? 0)))));
    return {
      estimate: result.estimate,
      se: result.standardError,
      t: result.statistic,
      df: result.degreesOfFreedom,
      p: result.p,
      ci95: [result.low, result.high],
    };
  },
  cuped: cupedCase,
  anova_oneway: (one) => {
    const table = tableOf(one);
    const by = text(one.inputs.by);
    const arms = levelsOf(table, by).map((level) =>
      momentsOf(numbersOf(table, text(one.inputs.outcome), rowsWhere(table, `${by}==${level}`))),
    );
    const { classical, welch: robust } = accepted(anova(arms));
    return {
      F: classical.f,
      df1: classical.df1,
      df2: classical.df2,
      p: classical.p,
      welch_F: robust.f,
      welch_df2: robust.df2,
      welch_p: robust.p,
    };
  },
  gbstats: growthBookCase,
};
