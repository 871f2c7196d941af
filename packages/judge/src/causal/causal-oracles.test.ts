import { describe, expect, test } from 'vitest';
import { accepted } from '../accepted.suite.ts';
import { type OracleCase, oracleCases, oraclesPresent, within } from '../oracle/oracle.suite.ts';
import { balanceTable } from './balance.ts';
import { regressionEffect, unadjustedEffect } from './baseline-effects.ts';
import { doublyRobustEffect } from './doubly-robust.ts';
import { pehe, sLearner, tLearner } from './individual-effects.ts';
import { dehejiaWahba, ihdp, matchitLalonde } from './lalonde.suite.ts';
import { matchNearest } from './match.ts';
import { matchedEffect } from './matched-effect.ts';
import { concordance, fitPropensity, type Propensity } from './propensity.ts';
import { stratifiedEffect } from './stratify.ts';
import type { Study } from './study.ts';
import { weightedEffect } from './weighting.ts';

type Numbers = Record<string, unknown>;

function propensityNumbers(study: Study): Numbers {
  const { model, scores } = accepted(fitPropensity(study));
  const named = (map: ReadonlyMap<string, number> | undefined) =>
    Object.fromEntries([...(map ?? [])].map(([name, value]) => [name.replace('race=', 'race'), value]));
  return {
    coef: named(model?.coefficients),
    se: named(model?.standardErrors),
    deviance: model?.deviance,
    ps_first5: Array.from(scores.slice(0, 5)),
    ps_min: scores.reduce((a, b) => Math.min(a, b)),
    ps_max: scores.reduce((a, b) => Math.max(a, b)),
    c_statistic: concordance(scores, study.treated),
  };
}

function matchNumbers(
  study: ReturnType<typeof matchitLalonde>,
  propensity: Propensity,
  options: Numbers,
): Numbers {
  const caliper = options.caliper_sd === null ? {} : { caliper: Number(options.caliper_sd) };
  const matching = accepted(
    matchNearest(study.treated, propensity, {
      ratio: Number(options.ratio),
      replace: options.replace === true,
      ...caliper,
    }),
  );
  const found = accepted(matchedEffect(study, matching));
  const balance = balanceTable(study, matching.weights).filter((row) => !row.name.startsWith('race'));
  return {
    n_treated_matched: found.matched.treated,
    n_control_matched: found.matched.control,
    estimate: found.estimate,
    estimate_cov_adjusted: found.adjusted?.estimate,
    smd_after: Object.fromEntries(balance.map((row) => [row.name, row.after])),
    control_means_after: Object.fromEntries(balance.map((row) => [row.name, row.controlAfter])),
    se_cluster_pair: found.standardError,
    se_cluster_pair_cov_adjusted: found.adjusted?.standardError,
    pairs_of_8_largest_ps: matching.pairs
      .slice(0, 8)
      .map(({ treated, controls }) => [study.ids[treated], study.ids[controls[0] ?? -1]]),
  };
}

function weightedNumbers(study: Study, propensity: Propensity, estimand: 'ATT' | 'ATE'): Numbers {
  const found = accepted(weightedEffect(study, propensity, estimand));
  return {
    estimate: found.estimate,
    se_influence_fixed_ps: found.errors.fixedPropensity,
    se_influence_estimated_ps: found.errors.estimatedPropensity,
    se_lm_hc0: found.errors.fixedPropensity,
    se_lm_hc3: found.errors.hc3,
    ess_control: found.effective.control,
    max_weight: found.largestWeight,
    horvitz_thompson: found.horvitzThompson,
  };
}

function compositeNumbers(survey: 'psid' | 'cps'): Numbers {
  const { study, linear } = dehejiaWahba(survey);
  const propensity = accepted(fitPropensity(study));
  // Match() calls controls tied whose distance exceeds the nearest by up to its default tolerance of 1e-5; both
  // surveys' figures are met for tolerances from 6.5e-6 to 7.2e-6 of the score's standard deviation.
  const matching = accepted(
    matchNearest(study.treated, propensity, { replace: true, tieTolerance: 1e-5 * Math.SQRT1_2 }),
  );
  const found = accepted(matchedEffect(study, matching));
  return {
    n: study.treated.length,
    naive: accepted(unadjustedEffect(study)).estimate,
    ols: accepted(regressionEffect({ ...study, causes: linear })).estimate,
    ipw_att: accepted(weightedEffect(study, propensity, 'ATT')).estimate,
    nn1_replace_ties: found.estimate,
    nn1_se_ai: found.standardError,
  };
}

function numbersFor(one: OracleCase): Numbers {
  if (one.method === 'att_composite') return compositeNumbers(one.id.includes('psid') ? 'psid' : 'cps');
  if (one.method === 'ite_truth') {
    const study = ihdp(1);
    const treated = study.truth.filter((_, row) => study.treated[row] === 1);
    const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
    return {
      n: study.truth.length,
      true_ate: mean(study.truth),
      true_att: mean(treated),
      naive: accepted(unadjustedEffect(study)).estimate,
    };
  }
  if (one.method === 'ite_pehe' && one.id.includes('ihdp10')) {
    const errors = Array.from({ length: 10 }, (_, k) => {
      const study = ihdp(k + 1);
      return pehe(accepted(tLearner(study)).effects, study.truth);
    });
    return { pehe: errors, mean_pehe: errors.reduce((a, b) => a + b, 0) / errors.length };
  }
  if (one.method === 'ite_pehe') {
    const study = ihdp(1);
    const [t, s] = [accepted(tLearner(study)).effects, accepted(sLearner(study)).effects];
    const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
    return {
      ate: mean(t),
      pehe: pehe(t, study.truth),
      s_learner_ols_ate: mean(s),
      s_learner_pehe: pehe(s, study.truth),
    };
  }
  const study = matchitLalonde();
  if (one.method === 'propensity_logit') return propensityNumbers(study);
  if (one.method === 'difference_in_means') {
    const found = accepted(unadjustedEffect(study));
    return { estimate: found.estimate, se: found.standardError, p: found.p };
  }
  const propensity = accepted(fitPropensity(study));
  if (one.method === 'att_nearest_neighbour') return matchNumbers(study, propensity, one.options);
  if (one.method === 'att_ipw') return weightedNumbers(study, propensity, 'ATT');
  if (one.method === 'ate_ipw') return weightedNumbers(study, propensity, 'ATE');
  if (one.method === 'att_abadie_imbens') {
    const found = accepted(
      matchedEffect(study, accepted(matchNearest(study.treated, propensity, { replace: true }))),
    );
    // The oracle's "conditional" error is what the population error adds to the sample error.
    const added = found.standardError ** 2 - (found.sampleError ?? Number.NaN) ** 2;
    return { estimate: found.estimate, se_ai: found.standardError, se_cond: Math.sqrt(added) };
  }
  if (one.method === 'att_aipw') {
    const found = accepted(doublyRobustEffect(study, propensity, 'ATT'));
    return { estimate: found.estimate, se: found.standardError, gcomp_att: found.outcomeModelOnly };
  }
  const found = accepted(stratifiedEffect(study, propensity));
  return {
    estimate: found.estimate,
    strata_diff: found.strata.map((stratum) => stratum.difference),
    strata_treated: found.strata.map((stratum) => stratum.treated),
    strata_control: found.strata.map((stratum) => stratum.control),
    cuts: found.cuts,
  };
}

/** Numbers that follow from the data alone, not from an estimator. */
const givens = new Set(['experimental_benchmark', 'sd_cate']);

function compare(got: unknown, want: unknown, tolerance: number, path: string): string[] {
  if (typeof want === 'number')
    return within(got as number, want, tolerance) ? [] : [`${path}: got ${String(got)}, want ${want}`];
  if (typeof want !== 'object' || want === null)
    return got === want ? [] : [`${path}: got ${String(got)}, want ${String(want)}`];
  return Object.entries(want).flatMap(([key, value]) =>
    givens.has(key) ? [] : compare((got as Numbers | undefined)?.[key], value, tolerance, `${path}.${key}`),
  );
}

describe.skipIf(!oraclesPresent)('causal oracles (skipped without ../shared)', () => {
  const methods = [
    'propensity_logit',
    'difference_in_means',
    'att_nearest_neighbour',
    'att_abadie_imbens',
    'att_ipw',
    'ate_ipw',
  ];
  const others = ['att_aipw', 'att_stratification', 'att_composite', 'ite_truth', 'ite_pehe'];
  for (const one of oracleCases(...methods, ...others)) {
    test(`${one.id} is met within ${one.rel_tol}`, () => {
      expect(compare(numbersFor(one), one.expected, one.rel_tol, one.id)).toEqual([]);
    });
  }
});
