import type { TwoPhaseChange } from '../change.ts';
import type { CoordinatorState, TwoPhaseTerms } from '../coordinator.ts';
import type { TwoPhaseReceiverState } from '../receiver.ts';

/** How large the world is, and what its shells do wrong. */
export interface Setting {
  readonly receivers: number;
  /** Other changes that go in, in this order, at any point or never. */
  readonly others: readonly Other[];
  /** Who may be killed and begin anew, at any point and any number of times. */
  readonly restarts: 'anyone' | 'the coordinator';
  /** Acknowledgements of one receiver under way at once. */
  readonly mailbox: number;
  /** Ticks of a lease. The deadline has always passed: a change that is prepared may be aborted at any point. */
  readonly lease: number;
  /** Staging takes its time; else what can be staged is. */
  readonly slowStaging: boolean;
  /** Answers to acknowledgements take their time too; else they are there at once, which makes receivers live for longest. */
  readonly lateGrants: boolean;
  readonly wrong?: 'sends before it writes' | 'decides on any head' | 'counts the lease from the answer';
}

/** A kill, a change of the same flag, and one of another flag. */
export type Other = 'kill' | 'touching' | 'apart';

/** One acknowledgement under way: `until` is when the lease that it asks for ends, 0 once nobody waits for the answer. */
export interface Mail {
  readonly revision: number;
  readonly staged: number;
  readonly until: number;
}

export interface Peer {
  readonly state: TwoPhaseReceiverState;
  /** What it serves, see {@link World.log}. */
  readonly serves: number;
  /** What it has compiled beside that. */
  readonly compiled: number | undefined;
  readonly mail: readonly Mail[];
  /** When the lease of a grant under way ends; 0: none is. */
  readonly grant: number;
  /** Versions it ever had ready. */
  readonly readied: readonly number[];
}

export type Told =
  | { readonly type: 'prepare' | 'commit'; readonly version: number; readonly base: number }
  | { readonly type: 'abort' };

/**
 * Everybody at one moment, which is 0: times are ticks from now. What was `told` to all may arrive at each, or never, in any order and
 * any number of times.
 */
export interface World {
  /** What each revision holds: 1 the two-phase change, and a bit for each other change. Durable. */
  readonly log: readonly number[];
  /** Durable. */
  readonly record: TwoPhaseChange | undefined;
  readonly coordinator: CoordinatorState;
  readonly peers: readonly Peer[];
  readonly told: readonly Told[];
  /** The other changes that went in so far. */
  readonly others: readonly Other[];
  /** Everything written or acted upon that says how the change ended. */
  readonly decisions: readonly string[];
  /** A kill went in while nothing was decided. */
  readonly killed: boolean;
  /** Something was decided that fewer than two thirds of the members had staged. */
  readonly rash: boolean;
}

export const ID = 'c';

export function termsOf({ lease }: Setting): TwoPhaseTerms {
  return { lease, deadline: 0 };
}

/** The world in a text that is equal for worlds that differ only in what receivers are called, or in what nobody will look at. */
export function keyOf(world: World): string {
  const { log, record, coordinator, peers, told, others, decisions, killed, rash } = world;
  const phase = record?.phase ?? 'none';
  const preparing = phase === 'preparing';
  const ended = phase === 'committed' || phase === 'aborted';
  const { change, head, floor, complete, leases, staged, awaited } = coordinator;
  const crowd = peers.map(({ state, serves, compiled = 0, mail, grant, readied }, index) => {
    const name = String(index);
    const { at, stage, leasedUntil } = state;
    const role =
      (record?.members.includes(name) === true ? 1 : 0) +
      (record?.joined.includes(name) === true ? 2 : 0) +
      (staged.includes(name) ? 4 : 0) +
      (awaited.includes(name) ? 8 : 0);
    let text = String.fromCharCode(
      at + 8 * serves,
      stage === undefined ? 0 : stage.version + 8 * PROGRESS[stage.progress],
      compiled,
      leasedUntil + 8 * grant + 64 * (ended ? 0 : (leases[name] ?? 0)),
      role,
      preparing ? readied.reduce((sum, version) => sum + (1 << version), 0) : 0,
    );
    for (const one of mail) {
      text += String.fromCharCode(32 + one.revision + 8 * (preparing ? one.staged : 0) + 64 * one.until);
    }
    return text;
  });
  if (crowd.length > 1) crowd.sort();
  let text = `${phase},${record?.version},${record?.base},${change?.phase},${change?.version},${head},${floor},${record === undefined ? complete : 0}|`;
  for (const revision of log) text += String.fromCharCode(revision);
  for (const one of told) text += one.type === 'abort' ? 'a' : `${one.type[0]}${one.version}${one.base}`;
  text += `|${others.join()}|${decisions.join()}|${killed ? 1 : 0}${rash ? 1 : 0}`;
  for (const one of crowd) text += `\n${one}`;
  return text;
}

const PROGRESS = { waiting: 1, working: 2, ready: 3 };
