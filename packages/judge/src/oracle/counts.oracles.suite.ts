import { accepted } from '../accepted.suite.ts';
import { independence } from '../fixed/contingency.ts';
import { fisherExact } from '../fixed/fisher.ts';
import { deltaLift } from '../fixed/relative-lift.ts';
import { sampleRatio } from '../fixed/srm.ts';
import { twoProportions } from '../fixed/two-proportion.ts';
import { levelsOf, list, number, samples, tableOf, text } from './case-inputs.suite.ts';
import { allRows, numbersOf, type OracleCase, type OracleRegistry, rowsWhere } from './oracle.suite.ts';

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

/** Kinds of cases that comparisons of counts answer. */
export const oracles: OracleRegistry = {
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
};
