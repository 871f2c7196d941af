import { dot } from './design.ts';
import { type Effect, effect, effectiveSize } from './effect.ts';
import { fitLinear } from './linear-model.ts';
import type { Propensity } from './propensity.ts';
import { armsOf, type CausalRefusal, checkStudy, type Study } from './study.ts';
import { inverseProbabilityWeights } from './weighting.ts';

/** What each unit would have done in either arm, as some learner predicts it. */
export interface Predictions {
  readonly control: Float64Array;
  readonly treated: Float64Array;
}

/** An effect that is right when either the outcome model or the propensity is. */
export interface DoublyRobustEffect extends Effect {
  readonly method: 'doubly-robust';
  /** Outcome models alone (g-computation): the mean of predicted differences over the estimand's units. */
  readonly outcomeModelOnly: number;
  /** Each unit's part: their mean over the estimand's units is the estimate. */
  readonly scores: Float64Array;
}

/**
 * Augmented inverse-probability weighting (Robins, Rotnitzky & Zhao 1994; ATT: Moodie, Saarela & Stephens 2018), its
 * error from the influence function. Outcomes are predicted by least squares in each arm unless given.
 */
export function doublyRobustEffect(
  study: Study,
  propensity: Propensity,
  estimand: 'ATT' | 'ATE',
  predictions?: Predictions,
): DoublyRobustEffect | CausalRefusal {
  const bad = checkStudy(study);
  if (bad) return bad;
  const { control, treated } = predictions ?? predictByArm(study);
  const weights = inverseProbabilityWeights(study.treated, propensity.scores, estimand);
  const n = study.treated.length;
  const units = estimand === 'ATT' ? study.treated.reduce((sum, t) => sum + t, 0) : n;

  // ATT: T(Y − m₀) − (1 − T)w(Y − m₀); ATE: m₁ − m₀ + Tw(Y − m₁) − (1 − T)w(Y − m₀).
  const scores = study.outcome.map((y, i) => {
    const arm = study.treated[i] === 1 ? 1 : 0;
    const w = weights[i] ?? 0;
    const m0 = control[i] ?? 0;
    const m1 = treated[i] ?? 0;
    if (estimand === 'ATT') return arm === 1 ? y - m0 : -w * (y - m0);
    return m1 - m0 + (arm === 1 ? w * (y - m1) : -w * (y - m0));
  });
  const estimate = scores.reduce((sum, s) => sum + s, 0) / units;
  const centred = scores.map((s, i) => (estimand === 'ATT' && study.treated[i] !== 1 ? s : s - estimate));
  const standardError = Math.sqrt(dot(centred, centred)) / units;

  let modelled = 0;
  for (let i = 0; i < n; i++) {
    if (estimand === 'ATE') modelled += (treated[i] ?? 0) - (control[i] ?? 0);
    else if (study.treated[i] === 1) modelled += (study.outcome[i] ?? 0) - (control[i] ?? 0);
  }
  const effective = {
    treated: effectiveSize(weights.filter((_, i) => study.treated[i] === 1)),
    control: effectiveSize(weights.filter((_, i) => study.treated[i] !== 1)),
  };
  const base = effect('doubly-robust', estimand, estimate, standardError, effective);
  return { ...base, method: 'doubly-robust', outcomeModelOnly: modelled / units, scores };
}

/** Least squares in each arm, predicted for every unit. */
export function predictByArm(study: Study): Predictions {
  const arms = armsOf(study.treated);
  return {
    control: fitLinear(study.causes, study.outcome, arms.control).fitted,
    treated: fitLinear(study.causes, study.outcome, arms.treated).fitted,
  };
}
