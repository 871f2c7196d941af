/** Longest pause between two tries, in ms. */
const LONGEST = 64_000;

/** Milliseconds to wait after so many failed tries: 2ⁿ⁻¹ s and up to one more by `chance` (0 … 1), so that callers that failed together do not come back together. */
export function backOff(failed: number, chance: number): number {
  return Math.min(LONGEST, 2 ** (failed - 1) * 1000 + Math.floor(chance * 1000));
}
