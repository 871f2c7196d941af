import { isUnderWay, quorumOf, type TwoPhaseChange } from './change.ts';

/** In milliseconds. `lease`: how long a grant is waited for at most, from granting it; no less than what the receiver is told. */
export interface TwoPhaseTerms {
  readonly lease: number;
  /** How long receivers have to stage a change. */
  readonly deadline: number;
}

/** All that the coordinator of one environment knows. Only `change` outlives the process; times are of one monotonic clock. */
export interface CoordinatorState {
  /** The environment's revision. */
  readonly head: number;
  /** The least revision that earns a lease: that of the last change decided here. */
  readonly floor: number;
  /** The last change, under way or ended. */
  readonly change: TwoPhaseChange | undefined;
  /** When preparing ends. */
  readonly deadline: number;
  /** Members that have staged this version. */
  readonly staged: readonly string[];
  /** While committing: receivers that may still serve the revision before. */
  readonly awaited: readonly string[];
  /** When each receiver's lease has certainly run out. */
  readonly leases: Readonly<Record<string, number>>;
  /** From when on no lease is in force that is not known here. */
  readonly complete: number;
}

export type CoordinatorEvent =
  /** Someone asks for a change that was planned on `base`. */
  | {
      readonly type: 'begin';
      readonly id: string;
      readonly base: number;
      readonly touches: readonly string[];
    }
  /** A gateway or OFREP server says what it serves, and what it has staged; `revision` is -1 in another lineage. */
  | {
      readonly type: 'acknowledged';
      readonly receiver: string;
      readonly revision: number;
      readonly staged?: { readonly id: string; readonly version: number };
    }
  /** Another change became a revision. `urgent`: a kill or a roll-back. */
  | {
      readonly type: 'moved';
      readonly revision: number;
      readonly names: readonly string[];
      readonly urgent: boolean;
    }
  /** Who asked for it takes it back, or it no longer fits on the head. */
  | { readonly type: 'withdrawn'; readonly id: string; readonly why: string }
  /** Time passed, see {@link nextWake}. */
  | { readonly type: 'wake' };

/** What the shell does, after `change` is written where it differs. */
export type CoordinatorEffect =
  /** Tells every receiver to stage this version. */
  | { readonly type: 'prepare'; readonly change: TwoPhaseChange }
  /** Tells every receiver that it is decided, and is revision `base + 1`. */
  | { readonly type: 'commit'; readonly change: TwoPhaseChange }
  | { readonly type: 'abort'; readonly change: TwoPhaseChange }
  /** Answers an acknowledgement: whether the lease runs anew from its sending. */
  | { readonly type: 'lease'; readonly receiver: string; readonly granted: boolean }
  /** Another change is under way, the head is elsewhere, or leases of before the start may be in force until `until`. */
  | { readonly type: 'refuse'; readonly id: string; readonly code: 'BUSY' | 'MOVED' }
  | { readonly type: 'refuse'; readonly id: string; readonly code: 'EARLY'; readonly until: number };

export interface CoordinatorStep {
  readonly state: CoordinatorState;
  readonly effects: readonly CoordinatorEffect[];
}

/** One event being worked on: the state so far, and what the shell shall do about it. */
interface Turn {
  readonly terms: TwoPhaseTerms;
  readonly now: number;
  readonly state: { -readonly [K in keyof CoordinatorState]: CoordinatorState[K] };
  readonly effects: CoordinatorEffect[];
}
type Of<T extends CoordinatorEvent['type']> = Extract<CoordinatorEvent, { type: T }>;

/**
 * What a process knows that begins to coordinate: what was written, and that any lease given before may be in force for one lease
 * more. `floor` is the revision of the last change decided, 0 where there was none; `change` the one under way.
 */
export function recover(
  terms: TwoPhaseTerms,
  written: { readonly head: number; readonly floor: number; readonly change: TwoPhaseChange | undefined },
  now: number,
): CoordinatorStep {
  const { floor, change } = written;
  const until = now + terms.lease;
  const open = change !== undefined && isUnderWay(change) ? change : undefined;
  const preparing = open?.phase === 'preparing';
  const waited = open === undefined ? [] : [...open.members, ...open.joined];
  return {
    state: {
      // What was committed since it was prepared is still to be told by `moved`.
      head: preparing ? open.base : written.head,
      floor,
      change,
      deadline: now + terms.deadline,
      staged: [],
      awaited: preparing ? [] : waited,
      leases: Object.fromEntries(waited.map((receiver) => [receiver, until])),
      complete: until,
    },
    effects: open === undefined ? [] : [{ type: preparing ? 'prepare' : 'commit', change: open }],
  };
}

/**
 * Coordinates two-phase changes of one environment, one at a time. The shell writes `change` before it performs the effects; where
 * it is decided, the same transaction makes revision `base + 1`, and one that finds another head writes nothing, is taken
 * for not having happened, and `moved` follows. Repeated, late and lost events do no harm.
 */
export function coordinate(
  terms: TwoPhaseTerms,
  state: CoordinatorState,
  event: CoordinatorEvent,
  now: number,
): CoordinatorStep {
  const turn: Turn = { terms, now, state: { ...state }, effects: [] };
  (handlers[event.type] as (turn: Turn, event: CoordinatorEvent) => void)(turn, event);
  finish(turn);
  return { state: turn.state, effects: turn.effects };
}

/** When `wake` is due next; undefined: only events move this state. */
export function nextWake(state: CoordinatorState): number | undefined {
  const { change, awaited, leases, staged } = state;
  if (change?.phase === 'preparing') {
    return staged.length >= quorumOf(change.members.length) ? 0 : state.deadline;
  }
  if (change?.phase !== 'committing') return undefined;
  return Math.max(0, ...awaited.map((receiver) => leases[receiver] ?? 0));
}

const handlers: { readonly [T in CoordinatorEvent['type']]: (turn: Turn, event: Of<T>) => void } = {
  begin(turn, { id, base, touches }) {
    const { state, terms, now, effects } = turn;
    const { change, head, complete } = state;
    if (change?.id === id) return;
    if (change !== undefined && isUnderWay(change)) {
      effects.push({ type: 'refuse', id, code: 'BUSY' });
    } else if (base !== head) {
      effects.push({ type: 'refuse', id, code: 'MOVED' });
    } else if (complete > now) {
      effects.push({ type: 'refuse', id, code: 'EARLY', until: complete });
    } else {
      const members = Object.keys(unexpired(state, now));
      state.deadline = now + terms.deadline;
      prepare(turn, { id, phase: 'preparing', version: 1, base, touches, members, joined: [] });
    }
  },

  acknowledged(turn, { receiver, revision, staged }) {
    const { state, effects } = turn;
    const granted = revision >= state.floor;
    if (granted) grant(turn, receiver);
    effects.push({ type: 'lease', receiver, granted });
    const { change } = state;
    if (change?.phase === 'committing' && revision > change.base) {
      state.awaited = state.awaited.filter((other) => other !== receiver);
    }
    if (change?.phase !== 'preparing' || staged?.id !== change.id) return;
    if (staged.version !== change.version || !change.members.includes(receiver)) return;
    if (state.staged.includes(receiver)) return;
    state.staged = [...state.staged, receiver];
    if (state.staged.length >= quorumOf(change.members.length)) decide(turn, change);
  },

  moved(turn, { revision, names, urgent }) {
    const { state } = turn;
    if (revision <= state.head) return;
    state.head = revision;
    const { change } = state;
    if (change?.phase !== 'preparing') return;
    const touched = names.find((name) => change.touches.includes(name));
    if (urgent) return abort(turn, change, `revision ${revision}, a kill or a roll-back, went first`);
    if (touched !== undefined) return abort(turn, change, `revision ${revision} moved ${touched}`);
    prepare(turn, { ...change, version: change.version + 1, base: revision });
  },

  withdrawn(turn, { id, why }) {
    const { change } = turn.state;
    if (change?.id === id && change.phase === 'preparing') abort(turn, change, why);
  },

  wake(turn) {
    const { change, staged, deadline } = turn.state;
    if (change?.phase !== 'preparing') return;
    const quorum = quorumOf(change.members.length);
    if (staged.length >= quorum) decide(turn, change);
    else if (deadline <= turn.now) {
      abort(turn, change, `${staged.length} receivers of the ${quorum} it needs had staged it in time`);
    }
  },
};

function prepare({ state, effects }: Turn, change: TwoPhaseChange): void {
  state.change = change;
  state.staged = [];
  effects.push({ type: 'prepare', change });
}

function decide({ state, effects }: Turn, before: TwoPhaseChange): void {
  const change: TwoPhaseChange = { ...before, phase: 'committing' };
  state.change = change;
  state.head = change.base + 1;
  // From here on nobody earns a lease with the revision before.
  state.floor = state.head;
  state.awaited = [...change.members, ...change.joined];
  state.staged = [];
  effects.push({ type: 'commit', change });
}

function abort({ state, effects }: Turn, before: TwoPhaseChange, why: string): void {
  const change: TwoPhaseChange = { ...before, phase: 'aborted', why };
  state.change = change;
  state.staged = [];
  effects.push({ type: 'abort', change });
}

/** Who earns a lease while a change is prepared is written down first, so that it is waited for even by another process. */
function grant({ state, terms, now }: Turn, receiver: string): void {
  const known = state.leases[receiver] !== undefined;
  state.leases = { ...(known ? state.leases : unexpired(state, now)), [receiver]: now + terms.lease };
  const { change } = state;
  if (change?.phase !== 'preparing') return;
  if (change.members.includes(receiver) || change.joined.includes(receiver)) return;
  state.change = { ...change, joined: [...change.joined, receiver] };
}

function unexpired({ leases }: CoordinatorState, now: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(leases).filter(([, until]) => until > now));
}

/** Committed when each receiver that may have served the revision before has activated this one or lost its lease. */
function finish({ state, now }: Turn): void {
  const { change, awaited, leases } = state;
  if (change?.phase !== 'committing') return;
  if (awaited.some((receiver) => (leases[receiver] ?? 0) > now)) return;
  state.awaited = [];
  state.change = { ...change, phase: 'committed' };
}
