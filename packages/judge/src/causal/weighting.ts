import { Matrix } from 'ml-matrix';
import { crossWith, dot, withIntercept } from './design.ts';
import { type Effect, effect, effectiveSize } from './effect.ts';
import type { Propensity } from './propensity.ts';
import { type CausalRefusal, checkStudy, type Study } from './study.ts';

/** A weighted effect with every standard error it can honestly be given. */
export interface WeightedEffect extends Effect {
  readonly method: 'weighting';
  readonly weights: Float64Array;
  readonly errors: {
    /** Propensities taken as known; also the HC0 error of the weighted regression on treatment. */
    readonly fixedPropensity: number;
    /** Knows that the propensities were estimated (Lunceford & Davidian 2004); undefined where they were assigned. */
    readonly estimatedPropensity: number | undefined;
    /** HC3 of the weighted regression on treatment. */
    readonly hc3: number;
  };
  /** The largest weight of a control: how much one unit decides. */
  readonly largestWeight: number;
  /** Weights not normalised (Horvitz & Thompson 1952); varies more, shown for comparison. */
  readonly horvitzThompson: number;
}

/**
 * Inverse-probability weighting with weights normalised in each arm (Hájek 1971). ATT: treated 1, controls e/(1 − e);
 * ATE: 1/e and 1/(1 − e). Its `standardError` is the estimated-propensity one where propensities were estimated.
 */
export function weightedEffect(
  study: Study,
  propensity: Propensity,
  estimand: 'ATT' | 'ATE',
): WeightedEffect | CausalRefusal {
  const bad = checkStudy(study);
  if (bad) return bad;
  const { treated, outcome } = study;
  const weights = inverseProbabilityWeights(treated, propensity.scores, estimand);
  const sums = [0, 0];
  const totals = [0, 0];
  for (let i = 0; i < treated.length; i++) {
    const arm = treated[i] === 1 ? 1 : 0;
    sums[arm] = (sums[arm] ?? 0) + (weights[i] ?? 0);
    totals[arm] = (totals[arm] ?? 0) + (weights[i] ?? 0) * (outcome[i] ?? 0);
  }
  const means = totals.map((total, arm) => total / (sums[arm] ?? 0));
  const estimate = (means[1] ?? 0) - (means[0] ?? 0);

  // Each unit's influence on the estimate, divided by n.
  const influence = new Float64Array(treated.length);
  let hc3 = 0;
  for (let i = 0; i < treated.length; i++) {
    const arm = treated[i] === 1 ? 1 : 0;
    const part = (weights[i] ?? 0) / (sums[arm] ?? 0);
    influence[i] = (arm === 1 ? 1 : -1) * part * ((outcome[i] ?? 0) - (means[arm] ?? 0));
    hc3 += ((influence[i] ?? 0) / (1 - part)) ** 2;
  }
  const fixedPropensity = Math.sqrt(dot(influence, influence));
  const correction = propensityCorrection(study, propensity, estimand, influence);
  const corrected = correction && influence.map((x, i) => x + (correction[i] ?? 0));
  const estimatedPropensity = corrected && Math.sqrt(dot(corrected, corrected));

  const units = estimand === 'ATT' ? (sums[1] ?? 0) : treated.length;
  const controls = Array.from(weights).filter((_, i) => treated[i] !== 1);
  const effective = {
    treated: effectiveSize(weights.filter((_, i) => treated[i] === 1)),
    control: effectiveSize(controls),
  };
  return {
    ...effect('weighting', estimand, estimate, estimatedPropensity ?? fixedPropensity, effective),
    method: 'weighting',
    weights,
    errors: { fixedPropensity, estimatedPropensity, hc3: Math.sqrt(hc3) },
    largestWeight: controls.reduce((largest, w) => Math.max(largest, w), 0),
    horvitzThompson: ((totals[1] ?? 0) - (totals[0] ?? 0)) / units,
  };
}

/** ATT: 1 for treated, e/(1 − e) for controls; ATE: 1/e and 1/(1 − e). */
export function inverseProbabilityWeights(
  treated: Uint8Array,
  scores: Float64Array,
  estimand: 'ATT' | 'ATE',
): Float64Array {
  return scores.map((e, i) => {
    if (treated[i] === 1) return estimand === 'ATT' ? 1 : 1 / e;
    return estimand === 'ATT' ? e / (1 - e) : 1 / (1 - e);
  });
}

/**
 * What each unit adds through the propensity's coefficients β: (∂τ/∂β)ᵀ I⁻¹ xᵢ(Tᵢ − eᵢ). With a logistic model
 * w = e/(1 − e) has ∂w/∂η = w, 1/e has −(1 − e)/e and 1/(1 − e) has e/(1 − e).
 */
function propensityCorrection(
  study: Study,
  propensity: Propensity,
  estimand: 'ATT' | 'ATE',
  influence: Float64Array,
): Float64Array | undefined {
  const { model, scores } = propensity;
  if (!model) return undefined;
  // ∂(ln w)/∂η, so that ∂τ/∂β = Σ xᵢ · influenceᵢ · ∂(ln wᵢ)/∂η: the normalising sums drop out, residuals being centred.
  const slope = influence.map((x, i) => {
    const e = scores[i] ?? 0;
    if (study.treated[i] === 1) return estimand === 'ATT' ? 0 : -(1 - e) * x;
    return estimand === 'ATT' ? x : e * x;
  });
  const gradient = Matrix.columnVector(crossWith(model.design, slope));
  const direction = model.inverseInformation.mmul(gradient).to1DArray();
  const columns = withIntercept(model.design);
  return scores.map((e, i) => {
    const along = columns.reduce((sum, column, j) => sum + (column[i] ?? 0) * (direction[j] ?? 0), 0);
    return along * ((study.treated[i] ?? 0) - e);
  });
}
