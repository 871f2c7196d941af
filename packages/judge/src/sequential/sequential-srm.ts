import { poissonDeviance, stirlingError } from '../distributions/log-gamma.ts';
import { type Judged, refuse } from '../refusal.ts';

/** Units seen in each arm so far, and the strongest evidence against the weights. Plain data. */
export type SequentialSrmState = {
  readonly counts: readonly number[];
  readonly logEvidence: number;
  readonly peakLogEvidence: number;
};

/** Weights (any positive scale; zero for an arm that must stay empty) and the concentration of the Dirichlet prior. */
export type SequentialSrmOptions = { readonly weights: readonly number[]; readonly concentration?: number };

/** Before the first unit. */
export function startSequentialSrm(arms: number): SequentialSrmState {
  return { counts: Array.from({ length: arms }, () => 0), logEvidence: 0, peakLogEvidence: 0 };
}

/**
 * Adds newly seen units per arm and tests the split against the weights, valid at every look: Dirichlet-multinomial
 * Bayes factor of Lindon & Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022. Each unit is
 * counted once.
 */
export function advanceSequentialSrm(
  state: SequentialSrmState,
  newUnits: readonly number[],
  options: SequentialSrmOptions,
): Judged<{ readonly state: SequentialSrmState; readonly logEvidence: number; readonly p: number }> {
  const total = options.weights.reduce((sum, weight) => sum + weight, 0);
  if (state.counts.length !== options.weights.length || newUnits.length !== options.weights.length) {
    return refuse('INPUT_INVALID', `${options.weights.length} weights, but ${newUnits.length} counts`);
  }
  if (!(total > 0) || options.weights.some((weight) => !(weight >= 0))) {
    return refuse('INPUT_INVALID', 'weights are not negative, and one of them is positive');
  }
  const counts = state.counts.map((count, arm) => count + (newUnits[arm] ?? 0));
  if (counts.some((count) => !(count >= 0 && count < Number.POSITIVE_INFINITY))) {
    return refuse('INPUT_INVALID', 'counts of units are finite and not negative');
  }
  const concentration = options.concentration ?? 100;
  let units = 0;
  let logEvidence = 0;
  const posteriors: { readonly size: number; readonly share: number }[] = [];
  for (let arm = 0; arm < counts.length; arm++) {
    const share = (options.weights[arm] ?? 0) / total;
    const count = counts[arm] ?? 0;
    if (share === 0) {
      if (count > 0) return refuse('ZERO_WEIGHT_ARM_USED', `arm ${arm} has weight 0 and ${count} units`);
      continue;
    }
    const prior = concentration * share;
    units += count;
    posteriors.push({ size: prior + count, share });
    logEvidence += smallPart(prior + count) - smallPart(prior);
  }
  logEvidence += smallPart(concentration) - smallPart(concentration + units);
  // ln Γ grows like the number of units and nearly cancels: what is left of the large parts is a deviance from the weights.
  for (const { size, share } of posteriors)
    logEvidence += poissonDeviance(size, share * (concentration + units));
  const peakLogEvidence = Math.max(state.peakLogEvidence, logEvidence);
  return {
    state: { counts, logEvidence, peakLogEvidence },
    logEvidence,
    p: Math.exp(-peakLogEvidence),
  };
}

/** ln Γ(x) without (x ln x − x) and constants. */
function smallPart(x: number): number {
  return stirlingError(x) - 0.5 * Math.log(x);
}
