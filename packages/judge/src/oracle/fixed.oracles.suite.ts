import { accepted } from '../accepted.suite.ts';
import { betaBinomial } from '../bayes/beta-binomial.ts';
import { normalPosterior } from '../bayes/normal-posterior.ts';
import { anova } from '../fixed/anova.ts';
import { normalTwoSided } from '../fixed/comparison.ts';
import { cochranMantelHaenszel, independence, type TwoByTwo } from '../fixed/contingency.ts';
import { cuped, regressionAdjusted } from '../fixed/cuped.ts';
import { fisherExact } from '../fixed/fisher.ts';
import { cochranQ } from '../fixed/heterogeneity.ts';
import { interaction } from '../fixed/interaction.ts';
import { kolmogorovSmirnov } from '../fixed/kolmogorov-smirnov.ts';
import { locationShift, mannWhitney, mannWhitneyExact } from '../fixed/mann-whitney.ts';
import { adjustPValues } from '../fixed/multiplicity.ts';
import { deltaLift, meansOf } from '../fixed/relative-lift.ts';
import { sampleRatio } from '../fixed/srm.ts';
import { twoProportions } from '../fixed/two-proportion.ts';
import { type Arms, pairedT, student, welch, welchDegreesOfFreedom } from '../fixed/welch.ts';
import { crossMomentsOf } from '../metrics/cross-moments.ts';
import { type Moments, momentsOf, momentsOfSums, varianceOf } from '../metrics/moments.ts';
import {
  arcsineSampleSize,
  cohenH,
  detectableMean,
  detectableProportion,
  meanPower,
  meanSampleSize,
  normalSampleSize,
  proportionPower,
  proportionSampleSize,
} from '../power/power.ts';
import { asymptoticSequence } from '../sequential/asymptotic-sequence.ts';
import { tunedRhoSquared } from '../sequential/normal-mixture.ts';
import {
  allRows,
  numbersOf,
  type OracleCase,
  type OracleRegistry,
  oracleTable,
  rowsWhere,
  type Table,
} from './oracle.suite.ts';

/** One or two sides, as R names them. */
const sidesOf = ({ inputs }: OracleCase): 1 | 2 => (/one/.test(text(inputs.alternative)) ? 1 : 2);
const text = (value: unknown): string => String(value);
const number = (value: unknown): number => Number(value);
const list = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : [Number(value)]);

function tableOf({ inputs }: OracleCase): Table {
  return oracleTable(text(inputs.dataset), inputs.header !== false);
}

/** Outcomes by arm: inline as t and c, or from a data set. */
function samples(one: OracleCase): { readonly t: Float64Array; readonly c: Float64Array } {
  const { inputs } = one;
  if (inputs.t !== undefined)
    return { t: Float64Array.from(list(inputs.t)), c: Float64Array.from(list(inputs.c)) };
  const table = tableOf(one);
  const cap = inputs.cap === undefined ? undefined : number(inputs.cap);
  const of = (condition: unknown) =>
    numbersOf(table, text(inputs.outcome), rowsWhere(table, text(condition)), cap);
  return { t: of(inputs.treatment), c: of(inputs.control) };
}

/** x and y: inline, or two values of a column of a data set. */
function pairOf(one: OracleCase): { readonly x: Float64Array; readonly y: Float64Array } {
  const { inputs } = one;
  if (inputs.dataset === undefined) {
    return { x: Float64Array.from(list(inputs.x)), y: Float64Array.from(list(inputs.y)) };
  }
  const table = tableOf(one);
  const of = (condition: unknown) =>
    numbersOf(table, text(inputs.outcome), rowsWhere(table, text(condition)));
  return { x: of(inputs.x), y: of(inputs.y) };
}

/** Distinct values of a column, ascending. */
function levelsOf(table: Table, column: string): string[] {
  const levels = [...new Set(table.get(column) ?? [])];
  return levels.every((level) => level !== '' && Number.isFinite(Number(level)))
    ? levels.sort((a, b) => Number(a) - Number(b))
    : levels.sort();
}

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

function proportionCase(one: OracleCase): Record<string, unknown> {
  const { inputs } = one;
  const arms = {
    treatment: { successes: number(inputs.x_t), n: number(inputs.n_t) },
    control: { successes: number(inputs.x_c), n: number(inputs.n_c) },
  };
  if (typeof inputs.dataset === 'string') {
    // The counts that the case states must be those of the file.
    const { t, c } = samples(one);
    const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
    if (sum(t) !== arms.treatment.successes || sum(c) !== arms.control.successes)
      throw new Error('counts differ');
  }
  const result = twoProportions(arms);
  if (result.refused) return result;
  const { treatment: pt, control: pc } = result.rates;
  const variances = {
    treatment: { mean: pt, variance: (pt * (1 - pt)) / arms.treatment.n },
    control: { mean: pc, variance: (pc * (1 - pc)) / arms.control.n },
  };
  const lift = deltaLift(variances);
  const ends = ({ low, high }: { low: number; high: number }) => [low, high];
  return {
    p_t: pt,
    p_c: pc,
    estimate: result.difference.estimate,
    se_pooled: result.pooled.standardError,
    se_unpooled: result.difference.standardError,
    wilson95_t: ends(result.wilson.treatment),
    wilson95_c: ends(result.wilson.control),
    newcombe95: ends(result.newcombe),
    ci95_wald: ends(result.difference),
    z_pooled: result.pooled.z,
    p_pooled: result.pooled.p,
    ln_p_pooled: result.pooled.logP,
    chi2_pooled: result.pooled.z ** 2,
    p_yates: result.yates.p,
    chi2_yates: result.yates.chiSquare,
    z_unpooled: result.difference.statistic,
    p_unpooled: result.difference.p,
    fisher_p: accepted(fisherExact(arms)).p,
    ...(lift.refused
      ? {}
      : {
          rel_lift: lift.estimate,
          rel_lift_se_delta: lift.standardError,
          rel_lift_ci95_delta: ends(lift),
          rel_lift_p_delta: lift.p,
        }),
    ...(result.ratio === undefined
      ? {}
      : {
          log_rr: result.ratio.log,
          log_rr_se: result.ratio.standardError,
          rr_ci95_katz: ends(result.ratio),
        }),
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

function mannWhitneyCase(one: OracleCase): Record<string, unknown> {
  const { x, y } = pairOf(one);
  const result = mannWhitney(x, y);
  if (result.refused) return result;
  const shift = one.expected.hodges_lehmann == null ? undefined : accepted(locationShift(x, y, 0.02));
  return {
    n_x: x.length,
    n_y: y.length,
    W: result.w,
    p_continuity: result.p,
    p_no_continuity: result.pUncorrected,
    auc: result.auc,
    hodges_lehmann: shift?.estimate,
    ci98: shift && [shift.low, shift.high],
  };
}

function heterogeneityCase(one: OracleCase): Record<string, unknown> {
  const { inputs } = one;
  const table = tableOf(one);
  const by = text(inputs.by);
  const levels = levelsOf(table, by);
  const slices = levels.map((level) => {
    const inside = new Set(rowsWhere(table, `${by}==${level}`));
    const of = (condition: unknown) =>
      momentsOf(
        numbersOf(
          table,
          text(inputs.outcome),
          rowsWhere(table, text(condition)).filter((row) => inside.has(row)),
        ),
      );
    const arms = { treatment: of(inputs.treatment), control: of(inputs.control) };
    return { arms, effect: accepted(welch(arms)) };
  });
  const result = accepted(cochranQ(slices.map(({ effect }) => effect)));
  return {
    levels: levels.map((level) => (Number.isFinite(Number(level)) ? Number(level) : level)),
    estimates: slices.map(({ effect }) => effect.estimate),
    ses: slices.map(({ effect }) => effect.standardError),
    n_t: slices.map(({ arms }) => arms.treatment.n),
    n_c: slices.map(({ arms }) => arms.control.n),
    fixed_effect: result.combined.estimate,
    fixed_se: result.combined.standardError,
    Q: result.q,
    df: result.degreesOfFreedom,
    p: result.p,
    I2: result.iSquared,
  };
}

function interactionCase(one: OracleCase): Record<string, unknown> {
  const { inputs } = one;
  const table = tableOf(one);
  const t = rowsWhere(table, text(inputs.treatment));
  const c = rowsWhere(table, text(inputs.control));
  const rows = [...t, ...c];
  const result = accepted(
    interaction({
      outcome: numbersOf(table, text(inputs.outcome), rows),
      treated: Float64Array.from(rows, (_, i) => (i < t.length ? 1 : 0)),
      modifier: numbersOf(table, text(inputs.modifier), rows),
    }),
  );
  const { coefficients, standardErrors } = result;
  const modifier = text(inputs.modifier);
  return {
    coef: {
      '(Intercept)': coefficients.intercept,
      t: coefficients.treatment,
      [modifier]: coefficients.modifier,
      [`t:${modifier}`]: coefficients.interaction,
    },
    interaction: coefficients.interaction,
    se_ols: standardErrors.classical,
    se_hc1: standardErrors.hc1,
    se_hc2: standardErrors.hc2,
    p_hc2_t: result.p,
  };
}

function mantelHaenszelCase(one: OracleCase): Record<string, unknown> {
  const table = tableOf(one);
  const strata = text(one.inputs.strata);
  const [rows = '', columns = ''] = [...table.keys()].filter((name) => name !== strata && name !== 'Freq');
  const firstOf = (name: string) => table.get(name)?.[0];
  const tables = levelsOf(table, strata).map((level): TwoByTwo => {
    const cells = [0, 0, 0, 0];
    for (const row of rowsWhere(table, `${strata}==${level}`)) {
      const down = table.get(rows)?.[row] === firstOf(rows) ? 0 : 2;
      const across = table.get(columns)?.[row] === firstOf(columns) ? 0 : 1;
      cells[down + across] = (cells[down + across] ?? 0) + Number(table.get('Freq')?.[row] ?? 1);
    }
    return cells as unknown as TwoByTwo;
  });
  const result = accepted(cochranMantelHaenszel(tables));
  return {
    chi2: result.chiSquare,
    p: result.p,
    chi2_cc: result.corrected.chiSquare,
    p_cc: result.corrected.p,
    common_or: result.oddsRatio,
    ci95: [result.low, result.high],
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

function powerProportionCase(one: OracleCase): Record<string, unknown> {
  const { inputs } = one;
  const sides = sidesOf(one);
  const alpha = number(inputs['sig.level']);
  const p1 = number(inputs.p1);
  if (inputs.n !== undefined) {
    const n = number(inputs.n);
    if (inputs.p2 === undefined) {
      const { p2 } = accepted(detectableProportion(p1, n, { alpha, power: number(inputs.power), sides }));
      return { n_per_group: n, p1, p2, power: inputs.power, n_ceiling: Math.ceil(n) };
    }
    const p2 = number(inputs.p2);
    return {
      n_per_group: n,
      p1,
      p2,
      power: proportionPower(p1, p2, n, alpha, sides),
      n_ceiling: Math.ceil(n),
    };
  }
  const p2 = number(inputs.p2);
  const { perArm } = accepted(proportionSampleSize(p1, p2, { alpha, power: number(inputs.power), sides }));
  return { n_per_group: perArm, p1, p2, power: inputs.power, n_ceiling: Math.ceil(perArm) };
}

function powerMeanCase(one: OracleCase): Record<string, unknown> {
  const { inputs } = one;
  const sides = sidesOf(one);
  const alpha = number(inputs['sig.level']);
  const sd = number(inputs.sd);
  const target = { alpha, power: number(inputs.power), sides };
  const same = { delta: inputs.delta, sd, power: inputs.power, n_per_group: inputs.n };
  if (inputs.n === undefined)
    return { ...same, n_per_group: accepted(meanSampleSize(number(inputs.delta), sd, target)).perArm };
  if (inputs.delta === undefined)
    return { ...same, delta: accepted(detectableMean(sd, number(inputs.n), target)).delta };
  return { ...same, power: meanPower(number(inputs.delta), sd, number(inputs.n), alpha, sides) };
}

/** Kinds of cases that the fixed-horizon methods, power and the Bayesian readings answer. */
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
  two_proportion: proportionCase,
  srm_chi2: ({ inputs }) => {
    const result = sampleRatio(list(inputs.observed), list(inputs.weights));
    if (result.refused) return result;
    return {
      chi2: result.chiSquare,
      df: result.degreesOfFreedom,
      p: result.p,
      'srm_at_0.001': result.mismatch,
      std_residuals: result.residuals,
    };
  },
  cuped: cupedCase,
  mann_whitney: mannWhitneyCase,
  mann_whitney_exact: (one) => {
    const { x, y } = pairOf(one);
    const result = accepted(mannWhitneyExact(x, y));
    return { W: result.w, p_greater: result.pGreater, p_less: result.pLess, p_two_sided: result.p };
  },
  multiple_testing: ({ inputs }) => {
    const adjusted = (method: Parameters<typeof adjustPValues>[1]) => {
      const all = accepted(adjustPValues(list(inputs.p), method)).adjusted;
      return Array.isArray(inputs.p) ? all : all[0];
    };
    return {
      bonferroni: adjusted('bonferroni'),
      holm: adjusted('holm'),
      hochberg: adjusted('hochberg'),
      hommel: adjusted('hommel'),
      BH: adjusted('bh'),
      BY: adjusted('by'),
    };
  },
  heterogeneity_cochran_q: heterogeneityCase,
  ols_interaction_hc: interactionCase,
  cochran_mantel_haenszel: mantelHaenszelCase,
  ks_two_sample: (one) => {
    const table = tableOf(one);
    const by = text(one.inputs.by);
    const [x = '', y = ''] = levelsOf(table, by);
    const of = (level: string) =>
      numbersOf(table, text(one.inputs.column), rowsWhere(table, `${by}==${level}`));
    const result = accepted(kolmogorovSmirnov(of(x), of(y)));
    return { D: result.d, p_asymptotic: result.p };
  },
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
  chi2_independence: (one) => {
    const table = tableOf(one);
    const by = text(one.inputs.by);
    const outcome = numbersOf(table, text(one.inputs.outcome), allRows(table));
    const values = [...new Set(outcome)].sort((a, b) => a - b);
    const counts = levelsOf(table, by).map((level) => {
      const rows = rowsWhere(table, `${by}==${level}`);
      return values.map((value) => rows.filter((row) => outcome[row] === value).length);
    });
    const result = accepted(independence(counts));
    return { chi2: result.chiSquare, df: result.degreesOfFreedom, p: result.p };
  },
  power_two_prop: powerProportionCase,
  power_t: powerMeanCase,
  power_normal: ({ inputs }) => {
    const target = { alpha: number(inputs.alpha), power: number(inputs.power) };
    const ratio = number(inputs.ratio ?? 1);
    return {
      n_per_group: accepted(normalSampleSize(number(inputs.delta), number(inputs.sd), target, ratio)).perArm,
    };
  },
  power_cohen_h: ({ inputs }) => {
    const h = cohenH(number(inputs.p1), number(inputs.p2));
    const target = { alpha: number(inputs.alpha), power: number(inputs.power) };
    if (inputs.n1 !== undefined)
      return { h, n2: accepted(arcsineSampleSize(h, target, number(inputs.n1))).n };
    return { h, n_per_group: accepted(arcsineSampleSize(h, target)).n };
  },
  bayes_beta_binomial: ({ inputs }) => {
    const arms = {
      treatment: { successes: number(inputs.x_b), n: number(inputs.n_b) },
      control: { successes: number(inputs.x_a), n: number(inputs.n_a) },
    };
    const [a = 1, b = 1] = list(inputs.prior);
    const result = accepted(betaBinomial(arms, [a, b]));
    return {
      prob_B_beats_A: result.treatmentWins,
      prob_A_beats_B: result.controlWins,
      prob_B_beats_A_exact_sum: result.treatmentWins,
      expected_loss_choose_B: result.loss.choosingTreatment,
      expected_loss_choose_A: result.loss.choosingControl,
      posterior_mean_diff: result.difference.mean,
      posterior_sd_diff: result.difference.sd,
      normal_approx_prob: result.normalApproximation,
      cred95_A: [result.credible.control.low, result.credible.control.high],
      cred95_B: [result.credible.treatment.low, result.credible.treatment.high],
    };
  },
  bayes_normal: ({ inputs }) => {
    const prior =
      inputs.prior_var === null
        ? undefined
        : { mean: number(inputs.prior_mean), variance: number(inputs.prior_var) };
    const estimate = { estimate: number(inputs.estimate), standardError: number(inputs.se) };
    const result = accepted(normalPosterior(estimate, prior));
    return {
      post_mean: result.mean,
      post_sd: result.sd,
      chance_to_win: result.chanceToWin,
      chance_to_lose: 1 - result.chanceToWin,
      risk_choose_treatment: result.risk.choosingTreatment,
      risk_choose_control: result.risk.choosingControl,
      cred95: [result.credible.low, result.credible.high],
    };
  },
  gbstats: growthBookCase,
};
