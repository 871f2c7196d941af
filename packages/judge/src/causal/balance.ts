import type { Study } from './study.ts';

/** How alike the arms are in one cause, before and after weighting or matching. */
export interface BalanceRow {
  readonly name: string;
  readonly treated: number;
  readonly controlBefore: number;
  readonly controlAfter: number;
  /** Standardised mean difference, in standard deviations of all treated units. Above 0.1 is commonly called unbalanced. */
  readonly before: number;
  readonly after: number;
  /** Variance of the treated over that of the controls, after. */
  readonly varianceRatio: number;
}

/**
 * The balance table (Stuart 2010): for every cause, how far apart the arms' means are, before and with `weights`
 * (of a matching or of a weighted effect; a unit of weight 0 is left out). A cause that never varies among the treated
 * is measured in the controls' standard deviations.
 */
export function balanceTable(study: Study, weights: Float64Array): BalanceRow[] {
  const everyone = new Float64Array(weights.length).fill(1);
  return study.causes.map(({ name, values }) => {
    const before = [weighted(study, values, everyone, 0), weighted(study, values, everyone, 1)] as const;
    const after = [weighted(study, values, weights, 0), weighted(study, values, weights, 1)] as const;
    const sd = Math.sqrt(before[1].variance > 0 ? before[1].variance : before[0].variance);
    const gap = (pair: typeof before) => (sd === 0 ? 0 : (pair[1].mean - pair[0].mean) / sd);
    return {
      name,
      treated: after[1].mean,
      controlBefore: before[0].mean,
      controlAfter: after[0].mean,
      before: gap(before),
      after: gap(after),
      varianceRatio: after[1].variance / after[0].variance,
    };
  });
}

function weighted(
  study: Study,
  values: Float64Array,
  weights: Float64Array,
  arm: 0 | 1,
): { mean: number; variance: number } {
  let sum = 0;
  let squares = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    if ((study.treated[i] === 1 ? 1 : 0) !== arm) continue;
    const w = weights[i] ?? 0;
    sum += w;
    squares += w * w;
    total += w * (values[i] ?? 0);
  }
  const mean = total / sum;
  let m2 = 0;
  for (let i = 0; i < values.length; i++) {
    if ((study.treated[i] === 1 ? 1 : 0) === arm) m2 += (weights[i] ?? 0) * ((values[i] ?? 0) - mean) ** 2;
  }
  return { mean, variance: m2 / (sum - squares / sum) };
}
