import { effectiveSize } from './effect.ts';
import { concordance, type Propensity } from './propensity.ts';
import { sampleDeviation } from './sample-deviation.ts';
import { armsOf, type CausalRefusal, refuse, type Study } from './study.ts';
import { inverseProbabilityWeights } from './weighting.ts';

/** Whether the units to speak for have counterparts in the other arm. */
export interface Overlap {
  readonly refused?: never;
  /** How often the propensity tells a treated unit from a control: ½ as by lot, 1 without error. */
  readonly concordance: number;
  /** Smallest and largest propensity in each arm. */
  readonly treatedRange: readonly [number, number];
  readonly controlRange: readonly [number, number];
  /** Share of the estimand's units with no counterpart within 0.2 standard deviations of the logit. */
  readonly withoutCounterpart: number;
  /** Units the comparison arm is worth after weighting. */
  readonly effectiveSize: number;
  /** The share of all weight that one unit carries. */
  readonly largestShare: number;
  /** What to mind, in words; empty when there is nothing. */
  readonly warnings: readonly string[];
}

const CALIPER = 0.2;

/**
 * Measures overlap and refuses where a comparison would be an extrapolation: most units to speak for (the treated for
 * the ATT, everybody for the ATE) have no counterpart, or fewer than five units carry the whole comparison.
 * The caliper is Austin's (2011).
 */
export function assessOverlap(
  study: Study,
  propensity: Propensity,
  estimand: 'ATT' | 'ATE',
): Overlap | CausalRefusal {
  const arms = armsOf(study.treated);
  const { scores, logits } = propensity;
  const weights = inverseProbabilityWeights(study.treated, scores, estimand);
  const reach = CALIPER * sampleDeviation(logits);
  const sorted = (rows: Int32Array) => Float64Array.from(rows, (row) => logits[row] ?? 0).sort();
  const [treated, control] = [sorted(arms.treated), sorted(arms.control)];
  const lonelyTreated = lonely(treated, control, reach);
  const lonelyControls = lonely(control, treated, reach);
  const withoutCounterpart =
    estimand === 'ATT' ? lonelyTreated / treated.length : (lonelyTreated + lonelyControls) / logits.length;

  const compared = estimand === 'ATT' ? [arms.control] : [arms.control, arms.treated];
  const sizes = compared.map((rows) => Float64Array.from(rows, (row) => weights[row] ?? 0));
  const effective = Math.min(...sizes.map(effectiveSize));
  const largestShare = Math.max(
    ...sizes.map((w) => w.reduce((a, b) => Math.max(a, b), 0) / w.reduce((a, b) => a + b, 0)),
  );
  const auc = concordance(scores, study.treated);

  if (withoutCounterpart > 0.5) {
    const whom = estimand === 'ATT' ? 'treated units' : 'units';
    return refuse(
      'NO_OVERLAP',
      `${percent(withoutCounterpart)} of the ${whom} have no counterpart with a similar propensity`,
    );
  }
  if (effective < 5) {
    const missing = `after weighting the comparison rests on ${effective.toFixed(1)} units: the arms do not overlap`;
    return refuse('NO_OVERLAP', missing);
  }
  const warnings: string[] = [];
  if (withoutCounterpart > 0.05)
    warnings.push(`${percent(withoutCounterpart)} have no counterpart with a similar propensity`);
  if (effective < 30)
    warnings.push(`after weighting the comparison is worth only ${effective.toFixed(1)} units`);
  if (largestShare > 0.1) warnings.push(`one unit carries ${percent(largestShare)} of the weight`);
  if (auc > 0.95) warnings.push(`the causes nearly tell the arms apart (concordance ${auc.toFixed(3)})`);
  return {
    concordance: auc,
    treatedRange: rangeOf(scores, arms.treated),
    controlRange: rangeOf(scores, arms.control),
    withoutCounterpart,
    effectiveSize: effective,
    largestShare,
    warnings,
  };
}

/** How many of `units` have nobody of `others` within `reach`; both sorted. */
function lonely(units: Float64Array, others: Float64Array, reach: number): number {
  let alone = 0;
  let next = 0;
  for (const unit of units) {
    while (next < others.length && (others[next] ?? 0) < unit - reach) next++;
    if (!(next < others.length && (others[next] ?? 0) <= unit + reach)) alone++;
  }
  return alone;
}

function rangeOf(scores: Float64Array, rows: Int32Array): [number, number] {
  let [low, high] = [1, 0];
  for (const row of rows) {
    low = Math.min(low, scores[row] ?? 0);
    high = Math.max(high, scores[row] ?? 0);
  }
  return [low, high];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
