import { askEveryone, joinWeights } from './exact.ts';
import {
  type CoalitionValue,
  type Division,
  type DivisionRefused,
  EXACT_PLAYERS,
  efficiencyGap,
  playersOf,
  refusePlayers,
} from './game.ts';

/**
 * Owen values: Shapley values when players come in blocks that join together (Owen 1977), such as the changes of one
 * team or the levels of one dimension. `blocks` must hold every player from 0 to n − 1 once; at most 20 players.
 */
export function owenExact(
  blocks: readonly (readonly number[])[],
  value: CoalitionValue,
): Division | DivisionRefused {
  const players = blocks.reduce((sum, block) => sum + block.length, 0);
  const refusal = refusePlayers(players, EXACT_PLAYERS);
  if (refusal) return refusal;
  const masks = blocks.map((block) => block.reduce((mask, player) => mask | (1 << player), 0));
  if (
    new Set(blocks.flat()).size !== players ||
    masks.reduce((all, mask) => all | mask, 0) !== 2 ** players - 1
  ) {
    const missing = `blocks must hold each of the players 0 to ${players - 1} exactly once`;
    return { refused: 'BAD_STRUCTURE', missing };
  }
  const worth = askEveryone(players, value);
  if (!(worth instanceof Float64Array)) return worth;

  const values = new Array<number>(players).fill(0);
  const blockWeights = joinWeights(blocks.length);
  for (const [k, block] of blocks.entries()) {
    const others = masks.filter((_, other) => other !== k);
    const mateWeights = joinWeights(block.length);
    for (const player of block) {
      const mates = block.filter((mate) => mate !== player);
      let sum = 0;
      for (let h = 0; h < 2 ** others.length; h++) {
        const outside = playersOf(h).reduce((mask, block) => mask | (others[block] ?? 0), 0);
        for (let t = 0; t < 2 ** mates.length; t++) {
          const inside = playersOf(t).reduce((mask, mate) => mask | (1 << (mates[mate] ?? 0)), 0);
          const weight = (blockWeights[playersOf(h).length] ?? 0) * (mateWeights[playersOf(t).length] ?? 0);
          const before = outside | inside;
          sum += weight * ((worth[before | (1 << player)] ?? 0) - (worth[before] ?? 0));
        }
      }
      values[player] = sum;
    }
  }
  const total = (worth[worth.length - 1] ?? 0) - (worth[0] ?? 0);
  const scale = worth.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0);
  const gap = efficiencyGap(values, total, scale);
  return { method: 'exact', values, total, efficiencyGap: gap, evaluations: worth.length };
}
