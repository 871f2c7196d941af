import { accepted } from '../accepted.suite.ts';
import { betaBinomial } from '../bayes/beta-binomial.ts';
import { normalPosterior } from '../bayes/normal-posterior.ts';
import { list, number } from './case-inputs.suite.ts';
import type { OracleRegistry } from './oracle.suite.ts';

/** Kinds of cases that Bayesian readings answer. */
export const oracles: OracleRegistry = {
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
};
