import { createHashedStates } from './hashed-states.suite.ts';
import type { Machines } from './machines.suite.ts';
import { beginning, createShell, isDecided, type Move, movesFrom } from './moves.suite.ts';
import { ID, keyOf, type Setting, type World } from './world.suite.ts';

export interface Searched {
  readonly states: number;
  readonly moves: number;
  /** Moves from the beginning to the farthest state. */
  readonly depth: number;
  /** How many states say the change is committed, aborted. */
  readonly committed: number;
  readonly aborted: number;
  /** The first broken promise, with the shortest way there; undefined: none is broken. */
  readonly broken: { readonly promise: string; readonly trace: readonly string[] } | undefined;
  /** False where the search ended for its limit. */
  readonly whole: boolean;
}

/**
 * Walks through every state that can be reached, breadth first, and holds each to the promises of a two-phase change; then sees that
 * from each of them an end comes, if from there on messages get through and nobody dies, and also if no receiver is heard again.
 */
export function search(
  machines: Machines,
  setting: Setting,
  limit: number = Number.POSITIVE_INFINITY,
): Searched {
  const states = createHashedStates();
  const parents: number[] = [-1];
  const ways: string[] = ['begins'];
  const calm: number[] = [];
  const alone: number[] = [];
  const ends: boolean[] = [];
  let moves = 0;
  let depth = 0;
  let committed = 0;
  let aborted = 0;

  const shell = createShell(machines, setting);
  const begin = beginning(machines, setting);
  states.add(keyOf(begin));
  let frontier = [{ world: begin, index: 0 }];

  const result = (broken: Searched['broken']): Searched => {
    return { states: states.size, moves, depth, committed, aborted, broken, whole: frontier.length === 0 };
  };
  const traceTo = (index: number): readonly string[] => {
    const trace: string[] = [];
    for (let at = index; at > 0; at = parents[at] ?? 0) trace.push(ways[at] ?? '');
    return trace.reverse();
  };

  while (frontier.length > 0 && states.size < limit) {
    const next: typeof frontier = [];
    for (const { world, index } of frontier) {
      const promise = brokenPromise(machines, world);
      if (promise !== undefined) return result({ promise, trace: traceTo(index) });
      const phase = world.record?.phase;
      if (phase === 'committed') committed += 1;
      if (phase === 'aborted') aborted += 1;
      ends[index] = phase === 'committed' || phase === 'aborted';
      let calmRank = Number.POSITIVE_INFINITY;
      let aloneRank = Number.POSITIVE_INFINITY;
      calm[index] = -1;
      alone[index] = -1;
      for (const move of movesFrom(shell, world)) {
        const { index: to, fresh } = states.add(keyOf(move.world));
        if (to === index) continue;
        moves += 1;
        if (fresh) {
          parents[to] = index;
          ways[to] = intern(move);
          next.push({ world: move.world, index: to });
        }
        const rank = move.calm ?? Number.POSITIVE_INFINITY;
        if (rank < calmRank) {
          calmRank = rank;
          calm[index] = to;
        }
        if (move.alone === true && rank < aloneRank) {
          aloneRank = rank;
          alone[index] = to;
        }
      }
    }
    frontier = next;
    if (next.length > 0) depth += 1;
  }
  if (frontier.length > 0) return result(undefined);
  for (const [way, when] of [
    [calm, 'though messages get through'],
    [alone, 'once no receiver is heard'],
  ] as const) {
    const stuck = endless(way, ends);
    if (stuck !== undefined) return result({ promise: `an end comes ${when}`, trace: traceTo(stuck) });
  }
  return result(undefined);
}

const interned = new Map<string, string>();

function intern({ what }: Move): string {
  const known = interned.get(what);
  if (known !== undefined) return known;
  interned.set(what, what);
  return what;
}

/** A state from which the way never ends, or leads in a circle. */
function endless(way: readonly number[], ends: readonly boolean[]): number | undefined {
  /** 0 unknown, 1 on the way now, 2 known to end. */
  const known = new Uint8Array(way.length);
  for (let start = 0; start < way.length; start++) {
    const path: number[] = [];
    let at = start;
    while (at !== -1 && known[at] === 0 && ends[at] !== true) {
      known[at] = 1;
      path.push(at);
      at = way[at] ?? -1;
    }
    if (at === -1 || (known[at] === 1 && ends[at] !== true)) return start;
    for (const each of path) known[each] = 2;
  }
  return undefined;
}

/** The first promise that does not hold here, in words. */
function brokenPromise(machines: Machines, world: World): string | undefined {
  const { log, record, peers, decisions, killed, rash } = world;
  if (decisions.length > 1) return 'one decision for one commit id';
  for (const { state, serves } of peers) {
    if (serves !== log[state.at]) return 'each process serves one revision, whole';
  }
  if (record === undefined || !isDecided(record.phase)) return undefined;
  if (killed) return 'a kill aborts what is not decided';
  const { base, phase, id } = record;
  if (id !== ID || ((log[base + 1] ?? 0) & 1) === 0) return 'the decision is revision base + 1';
  if (rash) return 'two thirds had staged what was decided';
  const old = peers.some(({ state }) => machines.isLive(state, 0) && state.at <= base);
  if (phase === 'committed' && old) return 'after COMMITTED no live receiver serves the old';
  return undefined;
}
