/**
 * What a coalition is worth. `members` is a bit mask: bit i is set when player i has joined.
 * Must be deterministic; it is asked once for every coalition.
 */
export type CoalitionValue = (members: number) => number;

/** What a coalition is worth when players are many: `members[i]` is 1 when player i has joined. Not to be kept. */
export type MembershipValue = (members: Uint8Array) => number;

/** How a total is divided among players; `values` sum to `total`, v(everyone) − v(nobody). */
export interface Division {
  readonly refused?: never;
  readonly method: 'exact' | 'walks';
  /** One value a player, in the players' order and the game's unit. */
  readonly values: readonly number[];
  readonly total: number;
  /** Σ values − total: rounding alone. A larger gap throws, it is never returned. */
  readonly efficiencyGap: number;
  /** How often the game was asked. */
  readonly evaluations: number;
}

/** Why a division was not made. */
export interface DivisionRefused {
  readonly refused: DivisionRefusalCode;
  readonly missing: string;
}

/** Stable codes of refused divisions. */
export type DivisionRefusalCode =
  | 'NO_PLAYERS'
  | 'TOO_MANY_PLAYERS'
  | 'VALUE_NOT_FINITE'
  | 'BAD_STRUCTURE'
  | 'EMPTY_ARM'
  | 'NOT_IDENTIFIED';

/** The most players whose 2ⁿ coalitions are all asked: a table of 8 MiB. */
export const EXACT_PLAYERS = 20;

/** A refusal when the number of players is not a whole number from 1 to `limit`. */
export function refusePlayers(players: number, limit: number): DivisionRefused | undefined {
  if (!Number.isInteger(players) || players < 1) {
    return { refused: 'NO_PLAYERS', missing: 'there is nobody to divide the total among' };
  }
  if (players <= limit) return undefined;
  const missing = `${players} players have more coalitions than can all be asked (the limit is ${limit})`;
  return { refused: 'TOO_MANY_PLAYERS', missing };
}

/** A refusal that names the coalition whose value is not a finite number. */
export function valueNotFinite(members: readonly number[], value: number): DivisionRefused {
  const missing = `the coalition {${members.join(', ')}} is worth ${value}, which is not a finite number`;
  return { refused: 'VALUE_NOT_FINITE', missing };
}

/** The players of a bit mask, ascending. */
export function playersOf(members: number): number[] {
  const players: number[] = [];
  for (let rest = members, player = 0; rest > 0; rest >>>= 1, player++) if (rest & 1) players.push(player);
  return players;
}

/**
 * Σ values − total. Throws when it exceeds what rounding explains (1e-9 of `scale`, the largest worth met):
 * a division that does not sum to its total is a defect, not an answer.
 */
export function efficiencyGap(values: ArrayLike<number>, total: number, scale: number): number {
  let sum = 0;
  let size = Math.max(Math.abs(total), scale);
  for (let i = 0; i < values.length; i++) {
    sum += values[i] ?? 0;
    size = Math.max(size, Math.abs(values[i] ?? 0));
  }
  const gap = sum - total;
  if (Math.abs(gap) > 1e-9 * size) throw new Error(`a division sums to ${sum}, not to its total ${total}`);
  return gap;
}
