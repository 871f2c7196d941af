import { askEveryone } from './exact.ts';
import { type CoalitionValue, type DivisionRefused, refusePlayers } from './game.ts';

/** How much one random order of joining, and one pair of opposite orders, vary around the Shapley values. */
export interface WalkVariance {
  readonly refused?: never;
  /** Variance of each player's gain over all n! orders. */
  readonly onePermutation: readonly number[];
  /** Variance of the mean over an order and its reverse. */
  readonly antitheticPair: readonly number[];
  /** Pair against two independent orders: below 1 the antithetic pair wins. NaN where both are 0. */
  readonly ratioAtEqualCost: readonly number[];
}

/** The population variances behind `shapleyWalks`, by enumerating all n! orders of at most 9 players. */
export function walkVariance(players: number, value: CoalitionValue): WalkVariance | DivisionRefused {
  const refusal = refusePlayers(players, 9);
  if (refusal) return refusal;
  const worth = askEveryone(players, value);
  if (!(worth instanceof Float64Array)) return worth;

  const single = moments(players);
  const paired = moments(players);
  const gains = new Float64Array(players);
  const opposite = new Float64Array(players);
  for (const order of orders(players)) {
    walk(order, worth, gains);
    walk(order.toReversed(), worth, opposite);
    single.add(gains);
    paired.add(gains.map((gain, i) => (gain + (opposite[i] ?? 0)) / 2));
  }
  const onePermutation = single.variances();
  const antitheticPair = paired.variances();
  const ratioAtEqualCost = antitheticPair.map((pair, i) => pair / ((onePermutation[i] ?? 0) / 2));
  return { onePermutation, antitheticPair, ratioAtEqualCost };
}

function walk(order: readonly number[], worth: Float64Array, gains: Float64Array): void {
  let members = 0;
  for (const player of order) {
    const next = members | (1 << player);
    gains[player] = (worth[next] ?? 0) - (worth[members] ?? 0);
    members = next;
  }
}

function moments(players: number): { add: (gains: Float64Array) => void; variances: () => number[] } {
  const mean = new Float64Array(players);
  const squares = new Float64Array(players);
  let n = 0;
  return {
    add(gains) {
      n++;
      for (let i = 0; i < players; i++) {
        const delta = (gains[i] ?? 0) - (mean[i] ?? 0);
        mean[i] = (mean[i] ?? 0) + delta / n;
        squares[i] = (squares[i] ?? 0) + delta * ((gains[i] ?? 0) - (mean[i] ?? 0));
      }
    },
    variances: () => Array.from(squares, (m2) => m2 / n),
  };
}

function* orders(players: number, taken: number[] = []): Generator<number[]> {
  if (taken.length === players) yield taken;
  for (let player = 0; player < players; player++) {
    if (!taken.includes(player)) yield* orders(players, [...taken, player]);
  }
}
