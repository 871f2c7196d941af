import { type Judged, refuse } from '../refusal.ts';

/** How p-values of one family are adjusted. The first four bound any false finding, the last two the share of false ones. */
export type Adjustment = 'bonferroni' | 'holm' | 'hochberg' | 'hommel' | 'bh' | 'by';

/** Adjusted p-values in the order given, comparable with the level of the whole family. */
export function adjustPValues(
  p: readonly number[],
  method: Adjustment,
): Judged<{ readonly adjusted: readonly number[] }> {
  if (p.some((value) => !(value >= 0 && value <= 1)))
    return refuse('INPUT_INVALID', 'p-values lie in [0, 1]');
  const order = p.map((_, i) => i).sort((a, b) => (p[a] ?? 0) - (p[b] ?? 0));
  const sorted = order.map((i) => p[i] ?? 0);
  const adjustedSorted = sorted.length < 2 ? sorted : adjusters[method](sorted);
  const adjusted = p.map(() => 0);
  order.forEach((i, rank) => {
    adjusted[i] = Math.min(1, adjustedSorted[rank] ?? 1);
  });
  return { adjusted };
}

/** Each takes at least two p-values in ascending order. */
const adjusters: Record<Adjustment, (p: readonly number[]) => readonly number[]> = {
  bonferroni: (p) => p.map((value) => value * p.length),
  // Holm, Scandinavian Journal of Statistics 1979.
  holm: (p) => runningMaximum(p.map((value, i) => value * (p.length - i))),
  // Hochberg, Biometrika 1988.
  hochberg: (p) => runningMinimum(p.map((value, i) => value * (p.length - i))),
  hommel,
  // Benjamini & Hochberg, JRSSB 1995.
  bh: (p) => runningMinimum(p.map((value, i) => (value * p.length) / (i + 1))),
  // Benjamini & Yekutieli, Annals of Statistics 2001: under any dependence.
  by: (p) => {
    const harmonic = p.reduce((sum, _, i) => sum + 1 / (i + 1), 0);
    return runningMinimum(p.map((value, i) => (value * harmonic * p.length) / (i + 1)));
  },
};

/** Hommel (Biometrika 1988), by the algorithm of Wright (Biometrics 1992). */
function hommel(p: readonly number[]): readonly number[] {
  const n = p.length;
  const least = Math.min(...p.map((value, i) => (n * value) / (i + 1)));
  const adjusted = p.map(() => least);
  for (let m = n - 1; m >= 2; m--) {
    const split = n - m + 1;
    let bound = Number.POSITIVE_INFINITY;
    for (let i = split; i < n; i++) bound = Math.min(bound, (m * (p[i] ?? 0)) / (i - split + 2));
    for (let i = 0; i < split; i++) {
      adjusted[i] = Math.max(adjusted[i] ?? 0, Math.min(m * (p[i] ?? 0), bound));
    }
    const last = Math.min(m * (p[split - 1] ?? 0), bound);
    for (let i = split; i < n; i++) adjusted[i] = Math.max(adjusted[i] ?? 0, last);
  }
  return adjusted.map((value, i) => Math.max(value, p[i] ?? 0));
}

function runningMaximum(values: readonly number[]): number[] {
  let best = 0;
  return values.map((value) => {
    best = Math.max(best, value);
    return best;
  });
}

function runningMinimum(values: readonly number[]): number[] {
  let best = 1;
  return values
    .toReversed()
    .map((value) => {
      best = Math.min(best, value);
      return best;
    })
    .toReversed();
}
