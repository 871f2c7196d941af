import { type Judged, refuse } from '../refusal.ts';

/** Capital of a gambler betting on and against each candidate mean, with what the next bet is learned from. Plain data. */
export type BettingState = {
  readonly count: number;
  readonly sum: number;
  /** Σ (xᵢ − mean up to i)², from which the next bet is sized. */
  readonly squares: number;
  /** ln capital of the bets that the mean lies above, per candidate. */
  readonly up: readonly number[];
  /** ln capital of the bets that the mean lies below, per candidate. */
  readonly down: readonly number[];
};

/** `candidates` are the means that are tracked, ascending inside (0, 1). */
export type BettingOptions = { readonly alpha: number; readonly candidates: readonly number[] };

/** Candidate means from `low` to `high`, evenly spaced. */
export function evenCandidates(low: number, high: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => low + ((high - low) * (i + 0.5)) / count);
}

/** Before the first observation. */
export function startBetting(options: BettingOptions): BettingState {
  const zeros = options.candidates.map(() => 0);
  return { count: 0, sum: 0, squares: 0, up: zeros, down: zeros };
}

/**
 * Adds observations in [0, 1] whose conditional mean is the same number μ: hedged capital process with predictable
 * plug-in bets. A candidate is dropped once its capital has reached 1/α; what is left covers μ at every look with
 * probability 1 − α, with no assumption but the bounds.
 * Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting", JRSSB 2024, eq. 24 and 26.
 */
export function advanceBetting(
  state: BettingState,
  observations: readonly number[],
  options: BettingOptions,
): Judged<{
  readonly state: BettingState;
  readonly low: number;
  readonly high: number;
  readonly mean: number;
}> {
  if (observations.some((x) => !(x >= 0 && x <= 1))) {
    return refuse('INPUT_INVALID', 'observations must lie in [0, 1]: divide by their upper bound first');
  }
  const { candidates, alpha } = options;
  const up = [...state.up];
  const down = [...state.down];
  let { count, sum, squares } = state;
  for (const x of observations) {
    const spread = (0.25 + squares) / (count + 1);
    const t = count + 1;
    const bet = Math.sqrt((2 * Math.log(2 / alpha)) / (spread * t * Math.log(t + 1)));
    for (let i = 0; i < candidates.length; i++) {
      const m = candidates[i] ?? 0.5;
      const before = Math.max(up[i] ?? 0, down[i] ?? 0) + LOG_HALF;
      // A refuted candidate stays refuted: the running intersection of the sequence.
      if (before >= -Math.log(alpha)) continue;
      up[i] = (up[i] ?? 0) + Math.log1p(Math.min(bet, TRUNCATION / m) * (x - m));
      down[i] = (down[i] ?? 0) + Math.log1p(-Math.min(bet, TRUNCATION / (1 - m)) * (x - m));
    }
    count = t;
    sum += x;
    squares += (x - (0.5 + sum) / (count + 1)) ** 2;
  }
  const next = { count, sum, squares, up, down };
  const { low, high } = survivors(next, options);
  return { state: next, low, high, mean: count > 0 ? sum / count : 0.5 };
}

const TRUNCATION = 0.5;
const LOG_HALF = -Math.LN2;

/** Hull of the candidates that are left, widened to the neighbouring refuted ones. */
function survivors(
  state: BettingState,
  { alpha, candidates }: BettingOptions,
): { low: number; high: number } {
  const target = -Math.log(alpha);
  let low = 1;
  let high = 0;
  candidates.forEach((_, i) => {
    const capital = Math.max(state.up[i] ?? 0, state.down[i] ?? 0) + LOG_HALF;
    if (capital >= target) return;
    low = Math.min(low, candidates[i - 1] ?? 0);
    high = Math.max(high, candidates[i + 1] ?? 1);
  });
  return { low, high };
}
