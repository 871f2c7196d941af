import {
  type Division,
  type DivisionRefused,
  efficiencyGap,
  type MembershipValue,
  refusePlayers,
  valueNotFinite,
} from './game.ts';

/** When to stop walking. */
export interface WalkOptions {
  /** Uniform numbers in [0, 1), as `Math.random` gives them. */
  readonly random: () => number;
  /** Stop once every standard error is at most this, in the game's unit. Absent: 1 % of |total|. */
  readonly precision?: number;
  /** Never stop before this many pairs of walks: a standard error of fewer is not to be believed. Default 50. */
  readonly minPairs?: number;
  /** Stop here at the latest. Default 10,000. */
  readonly maxPairs?: number;
}

/** A division estimated from random orders of joining. */
export interface SampledDivision extends Division {
  readonly method: 'walks';
  /** Standard error of each value, between pairs of walks. */
  readonly standardErrors: readonly number[];
  readonly pairs: number;
  /** `precise`: the stop rule was met; `budget`: `maxPairs` came first, mind the standard errors. */
  readonly stopped: 'precise' | 'budget';
}

/**
 * Shapley values estimated from antithetic walks: a random order of joining and its reverse (Castro, Gómez & Tejada 2009;
 * Mitchell, Cooper, Frank & Holmes 2022). Each walk hands out exactly the total, so the estimate sums to it too; games of
 * pairwise synergies come out exact. For any number of players; one pair asks 2(n − 1) coalitions.
 */
export function shapleyWalks(
  players: number,
  value: MembershipValue,
  options: WalkOptions,
): SampledDivision | DivisionRefused {
  const refusal = refusePlayers(players, Number.MAX_SAFE_INTEGER);
  if (refusal) return refusal;
  const minPairs = Math.max(2, options.minPairs ?? 50);
  const maxPairs = Math.max(minPairs, options.maxPairs ?? 10_000);
  const members = new Uint8Array(players);
  const nobody = value(members);
  const everyone = value(members.fill(1));
  if (!Number.isFinite(nobody)) return valueNotFinite([], nobody);
  if (!Number.isFinite(everyone)) return valueNotFinite(joined(members), everyone);
  const total = everyone - nobody;
  const precision = options.precision ?? 0.01 * Math.abs(total);

  const order = Array.from({ length: players }, (_, player) => player);
  const pair = new Float64Array(players);
  const mean = new Float64Array(players);
  const squares = new Float64Array(players);
  let scale = Math.max(Math.abs(nobody), Math.abs(everyone));

  /** Adds half of each player's gain along `order` to `pair`. */
  const walk = (order: readonly number[]): DivisionRefused | undefined => {
    members.fill(0);
    let before = nobody;
    for (const [step, player] of order.entries()) {
      members[player] = 1;
      const after = step === players - 1 ? everyone : value(members);
      if (!Number.isFinite(after)) return valueNotFinite(joined(members), after);
      scale = Math.max(scale, Math.abs(after));
      pair[player] = (pair[player] ?? 0) + (after - before) / 2;
      before = after;
    }
    return undefined;
  };

  let pairs = 0;
  let stopped: 'precise' | 'budget' = 'budget';
  while (pairs < maxPairs) {
    shuffle(order, options.random);
    pair.fill(0);
    const failed = walk(order) ?? walk(order.toReversed());
    if (failed) return failed;
    pairs++;
    for (let i = 0; i < players; i++) {
      const delta = (pair[i] ?? 0) - (mean[i] ?? 0);
      mean[i] = (mean[i] ?? 0) + delta / pairs;
      squares[i] = (squares[i] ?? 0) + delta * ((pair[i] ?? 0) - (mean[i] ?? 0));
    }
    if (pairs >= minPairs && largestError(squares, pairs) <= precision) {
      stopped = 'precise';
      break;
    }
  }
  const standardErrors = Array.from(squares, (m2) => Math.sqrt(m2 / (pairs - 1) / pairs));
  const values = Array.from(mean);
  const gap = efficiencyGap(values, total, scale);
  const evaluations = 2 + pairs * 2 * (players - 1);
  return {
    method: 'walks',
    values,
    total,
    efficiencyGap: gap,
    evaluations,
    standardErrors,
    pairs,
    stopped,
  };
}

function largestError(squares: Float64Array, pairs: number): number {
  let largest = 0;
  for (const m2 of squares) if (m2 > largest) largest = m2;
  return Math.sqrt(largest / (pairs - 1) / pairs);
}

/** Fisher–Yates. */
function shuffle(order: number[], random: () => number): void {
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const moved = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = moved;
  }
}

function joined(members: Uint8Array): number[] {
  return Array.from(members.entries()).flatMap(([player, member]) => (member ? [player] : []));
}
