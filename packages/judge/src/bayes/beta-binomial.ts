import { betaQuantile } from '../distributions/beta.ts';
import { gaussLegendre } from '../distributions/gauss-legendre.ts';
import { betaOddsQuantile, betaTail, logBetaPower } from '../distributions/incomplete-beta.ts';
import { normalCdf } from '../distributions/normal.ts';
import { probabilityOn } from '../distributions/tail.ts';
import { checkProportions, type Interval, type ProportionArms } from '../fixed/two-proportion.ts';
import { type Judged, refuse } from '../refusal.ts';

/** What is believed about two rates after the data. */
export type BetaBinomial = {
  /** Probability that treatment's rate is the larger one, and the smaller one. */
  readonly treatmentWins: number;
  readonly controlWins: number;
  /** Rate expected to be lost by choosing an arm that is the worse one. */
  readonly loss: { readonly choosingTreatment: number; readonly choosingControl: number };
  readonly difference: { readonly mean: number; readonly sd: number };
  /** `treatmentWins` if the difference were normal. */
  readonly normalApproximation: number;
  readonly credible: { readonly treatment: Interval; readonly control: Interval };
};

/**
 * Two independent Beta posteriors: quadrature over the log-odds of the exact tails, so that chances and losses of 1e-18 keep
 * their digits. `prior` is the Beta prior of both arms; uniform unless given.
 */
export function betaBinomial(
  arms: ProportionArms,
  prior: readonly [a: number, b: number] = [1, 1],
  alpha = 0.05,
): Judged<BetaBinomial> {
  const bad = checkProportions(arms);
  if (bad !== undefined) return bad;
  if (!(prior[0] > 0 && prior[1] > 0)) return refuse('INPUT_INVALID', 'the prior needs two positive numbers');
  const t = posterior(arms.treatment.successes, arms.treatment.n, prior);
  const c = posterior(arms.control.successes, arms.control.n, prior);
  const { nodes, weights } = overBoth(t, c);
  const total = { treatmentWins: 0, controlWins: 0, choosingTreatment: 0, choosingControl: 0 };
  nodes.forEach((u, i) => {
    const x = 1 / (1 + Math.exp(-u));
    const y = 1 / (1 + Math.exp(u));
    const weight = weights[i] ?? 0;
    const tailT = betaTail(t.a, t.b, x, y);
    const tailC = betaTail(c.a, c.b, x, y);
    const belowT = probabilityOn('lower', tailT);
    const belowC = probabilityOn('lower', tailC);
    const slope = weight * x * y;
    total.treatmentWins += weight * Math.exp(logBetaPower(t.a, t.b, x, y)) * belowC;
    total.controlWins += weight * Math.exp(logBetaPower(c.a, c.b, x, y)) * belowT;
    total.choosingTreatment += slope * probabilityOn('upper', tailC) * belowT;
    total.choosingControl += slope * probabilityOn('upper', tailT) * belowC;
  });
  const mean = t.mean - c.mean;
  const sd = Math.hypot(t.sd, c.sd);
  return {
    treatmentWins: total.treatmentWins,
    controlWins: total.controlWins,
    loss: { choosingTreatment: total.choosingTreatment, choosingControl: total.choosingControl },
    difference: { mean, sd },
    normalApproximation: normalCdf(mean / sd),
    credible: { treatment: credible(t, alpha), control: credible(c, alpha) },
  };
}

type Posterior = { readonly a: number; readonly b: number; readonly mean: number; readonly sd: number };

function posterior(successes: number, n: number, prior: readonly [number, number]): Posterior {
  const a = prior[0] + successes;
  const b = prior[1] + n - successes;
  return { a, b, mean: a / (a + b), sd: Math.sqrt((a * b) / (a + b + 1)) / (a + b) };
}

/** Quadrature over the log-odds from where both posteriors have e⁻⁷⁰ left to where both have e⁻⁷⁰ to go. */
function overBoth(
  t: Posterior,
  c: Posterior,
): { readonly nodes: readonly number[]; readonly weights: readonly number[] } {
  const end = ({ a, b }: Posterior, side: 'lower' | 'upper') => Math.log(betaOddsQuantile(a, b, side, -70));
  const low = Math.min(end(t, 'lower'), end(c, 'lower'));
  const high = Math.max(end(t, 'upper'), end(c, 'upper'));
  const sharpest = Math.min(...[t, c].map(({ a, b }) => Math.sqrt(1 / a + 1 / b)));
  const panels = Math.min(2000, Math.max(20, Math.ceil((high - low) / sharpest)));
  return gaussLegendre(low, high, panels);
}

function credible({ a, b }: Posterior, alpha: number): Interval {
  return { low: betaQuantile(alpha / 2, a, b), high: betaQuantile(1 - alpha / 2, a, b) };
}
