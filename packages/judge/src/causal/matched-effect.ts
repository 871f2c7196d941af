import { withIntercept } from './design.ts';
import { type Effect, effect, effectiveSize } from './effect.ts';
import { coefficientIndex, fitLinear } from './linear-model.ts';
import type { Matching } from './match.ts';
import { type CausalRefusal, refuse, type Study } from './study.ts';

/** The ATT over matched units. */
export interface MatchedEffect extends Effect {
  readonly method: 'matching' | 'matching-with-replacement';
  readonly matched: { readonly treated: number; readonly control: number };
  /** With replacement: the error if these very units were the population of interest (Abadie & Imbens 2006). */
  readonly sampleError: number | undefined;
  /** After a regression on the causes over the matched units, which removes the imbalance that matching left. */
  readonly adjusted: { readonly estimate: number; readonly standardError: number } | undefined;
}

/**
 * The ATT over matched pairs. Without replacement its error is clustered by pair, as pairs are alike (Abadie &
 * Spiess 2022); with replacement it is the homoscedastic error of Abadie & Imbens (2006), since controls are shared.
 */
export function matchedEffect(study: Study, matching: Matching): MatchedEffect | CausalRefusal {
  const { pairs, weights, replace } = matching;
  if (pairs.length < 2) return refuse('NO_MATCH', 'a single matched unit has no standard error');
  const control = new Set(pairs.flatMap((pair) => pair.controls)).size;
  const matched = { treated: pairs.length, control };
  const controlWeights = Array.from(weights).filter((w, row) => w > 0 && study.treated[row] !== 1);
  const effective = { treated: pairs.length, control: effectiveSize(controlWeights) };
  const gaps = pairs.map(({ treated, controls }) => {
    const mean = controls.reduce((sum, row) => sum + (study.outcome[row] ?? 0), 0) / controls.length;
    return (study.outcome[treated] ?? 0) - mean;
  });
  const estimate = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  if (replace) {
    const { standardError, sampleError } = abadieImbensErrors(study, matching, gaps, estimate);
    if (!(standardError > 0)) return NO_SPREAD;
    const base = effect('matching-with-replacement', 'ATT', estimate, standardError, effective);
    return { ...base, method: 'matching-with-replacement', matched, sampleError, adjusted: undefined };
  }
  const crude = clusteredFit(study, matching, []);
  if (!(crude.standardError > 0)) return NO_SPREAD;
  const adjusted = clusteredFit(study, matching, study.causes);
  const base = effect('matching', 'ATT', crude.estimate, crude.standardError, effective);
  return { ...base, method: 'matching', matched, sampleError: undefined, adjusted };
}

const NO_SPREAD = refuse(
  'NO_VARIANCE',
  'all matched pairs differ by the same, so there is no error to compare with',
);

/** Abadie & Imbens (2006), theorem 7 with one variance for all units, half the mean squared pair difference. */
function abadieImbensErrors(
  study: Study,
  matching: Matching,
  gaps: readonly number[],
  estimate: number,
): { standardError: number; sampleError: number } {
  const served = new Float64Array(study.treated.length);
  const servedSquares = new Float64Array(study.treated.length);
  let squares = 0;
  for (const { treated, controls } of matching.pairs) {
    const share = 1 / controls.length;
    for (const row of controls) {
      served[row] = (served[row] ?? 0) + share;
      servedSquares[row] = (servedSquares[row] ?? 0) + share * share;
      squares += share * ((study.outcome[treated] ?? 0) - (study.outcome[row] ?? 0) - estimate) ** 2;
    }
  }
  const n = gaps.length;
  const sigma2 = squares / n / 2;
  const shared = served.reduce((sum, k, row) => sum + k * k - (servedSquares[row] ?? 0), 0);
  const spread = gaps.reduce((sum, gap) => sum + (gap - estimate) ** 2, 0);
  const ours = n + served.reduce((sum, k) => sum + k * k, 0);
  return {
    standardError: Math.sqrt(Math.max(0, sigma2 * shared + spread)) / n,
    sampleError: Math.sqrt(sigma2 * ours) / n,
  };
}

/** Weighted regression on treatment over matched units, errors clustered by pair with the HC1-like factor of sandwich::vcovCL. */
function clusteredFit(
  study: Study,
  matching: Matching,
  causes: Study['causes'],
): { estimate: number; standardError: number } {
  const members = matching.pairs.flatMap(({ treated, controls }) => [treated, ...controls]);
  const rows = Int32Array.from(members);
  const weights = Float64Array.from(members, (row) => matching.weights[row] ?? 0);
  const treatment = { name: '(treatment)', values: Float64Array.from(study.treated) };
  const model = fitLinear([treatment, ...causes], study.outcome, rows, weights);
  const at = coefficientIndex(model, treatment.name);
  const columns = withIntercept(model.design);
  const direction = model.inverse.getRow(at);
  // Row `at` of the bread times each cluster's summed scores: the clustered meat need not be formed.
  let row = 0;
  let sum = 0;
  for (const { controls } of matching.pairs) {
    let score = 0;
    for (const end = row + 1 + controls.length; row < end; row++) {
      const residual = (study.outcome[members[row] ?? 0] ?? 0) - (model.fitted[members[row] ?? 0] ?? 0);
      const along = columns.reduce((total, column, j) => total + (column[row] ?? 0) * (direction[j] ?? 0), 0);
      score += (weights[row] ?? 0) * residual * along;
    }
    sum += score * score;
  }
  const clusters = matching.pairs.length;
  const factor = (clusters / (clusters - 1)) * ((members.length - 1) / (members.length - columns.length));
  const scale = model.design.kept[at - 1]?.scale ?? 1;
  const estimate = (model.beta[at] ?? 0) / scale;
  return { estimate, standardError: Math.sqrt(sum * factor) / scale };
}
