import { shapleyExact } from './exact.ts';
import { type Division, type DivisionRefused, EXACT_PLAYERS, type MembershipValue } from './game.ts';
import { type SampledDivision, shapleyWalks, type WalkOptions } from './walks.ts';

/** Shapley values: exact up to 20 players, antithetic walks with standard errors beyond. */
export function shapley(
  players: number,
  value: MembershipValue,
  options: WalkOptions,
): Division | SampledDivision | DivisionRefused {
  if (players > EXACT_PLAYERS) return shapleyWalks(players, value, options);
  const members = new Uint8Array(Math.max(0, players));
  return shapleyExact(players, (mask) => {
    for (let player = 0; player < players; player++) members[player] = (mask >> player) & 1;
    return value(members);
  });
}
