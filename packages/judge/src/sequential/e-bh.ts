/**
 * Indices of the hypotheses rejected by e-BH at false discovery rate `alpha`, in the order given: the k largest e-values
 * with the largest k for which the k-th is at least m / (k α). Holds under any dependence
 * (Wang & Ramdas, "False discovery rate control with e-values", JRSSB 2022).
 */
export function eBenjaminiHochberg(logEvidence: readonly number[], alpha: number): readonly number[] {
  const order = logEvidence.map((_, index) => index);
  order.sort((a, b) => (logEvidence[b] ?? 0) - (logEvidence[a] ?? 0));
  const tests = order.length;
  let rejected = 0;
  order.forEach((index, position) => {
    const rank = position + 1;
    if ((logEvidence[index] ?? 0) >= Math.log(tests / (rank * alpha))) rejected = rank;
  });
  return order.slice(0, rejected).sort((a, b) => a - b);
}
