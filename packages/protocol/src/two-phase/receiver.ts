/** A version of a two-phase change as a receiver is told to stage it, and the digest it must come to. */
export interface Prepared {
  readonly id: string;
  readonly version: number;
  readonly base: number;
  readonly digest: string;
}

/** `waiting`: prepared on a revision that is not served yet. `working`: being compiled beside what is served. `ready`: it may be swapped in. */
export type StageProgress = 'waiting' | 'working' | 'ready';

/** What a receiver knows of two-phase changes, beside its one loop. Times are of its own monotonic clock. None of it outlives the process. */
export interface TwoPhaseReceiverState {
  /** The revision it serves; -1 before the first. */
  readonly at: number;
  readonly stage: (Prepared & { readonly progress: StageProgress }) | undefined;
  /** It is live before this; 0 before the first lease. */
  readonly leasedUntil: number;
}

interface Named {
  readonly id: string;
  readonly version: number;
}

export type TwoPhaseReceiverEvent =
  | ({ readonly type: 'prepare' } & Prepared)
  /** What `stage` asked for was verified and compiled, or cannot be. */
  | ({ readonly type: 'staged' } & Named)
  | ({ readonly type: 'unstaged' } & Named)
  | ({ readonly type: 'commit'; readonly digest: string } & Named)
  | { readonly type: 'abort'; readonly id: string }
  /** It activated a revision otherwise than by `commit`. */
  | { readonly type: 'serves'; readonly revision: number }
  /** The answer to an acknowledgement that was sent at `sent`: the lease runs for `lease` milliseconds from there. */
  | { readonly type: 'granted'; readonly sent: number; readonly lease: number };

/** What the shell does, in this order. */
export type TwoPhaseReceiverEffect =
  /** Verifies and compiles beside what is served; answered by `staged` or `unstaged`. */
  | { readonly type: 'stage'; readonly prepared: Prepared }
  /** Swaps in what was staged: one reference, between two requests. */
  | { readonly type: 'activate'; readonly prepared: Prepared }
  /** Lets go of what was staged. */
  | { readonly type: 'discard' }
  /** Says at once what is served and staged. */
  | { readonly type: 'acknowledge' };

export interface TwoPhaseReceiverStep {
  readonly state: TwoPhaseReceiverState;
  readonly effects: readonly TwoPhaseReceiverEffect[];
}

/** A receiver that serves `at` and was told nothing yet. */
export function beginReceiving(at: number): TwoPhaseReceiverState {
  return { at, stage: undefined, leasedUntil: 0 };
}

/** True while it holds a lease. The coordinator counts the same lease from a later moment, so it ends here first. */
export function isLive(state: TwoPhaseReceiverState, now: number): boolean {
  return now < state.leasedUntil;
}

/** What it has staged, to be said in each acknowledgement. */
export function stagedBy({ stage }: TwoPhaseReceiverState): Named | undefined {
  return stage?.progress === 'ready' ? { id: stage.id, version: stage.version } : undefined;
}

/**
 * A receiver's part in two-phase changes: stages what is prepared on the revision it serves, and activates it when that very version
 * is decided. It promises nothing and decides nothing: whatever it misses comes to it as an ordinary delta.
 */
export function receive(state: TwoPhaseReceiverState, event: TwoPhaseReceiverEvent): TwoPhaseReceiverStep {
  const handle = handlers[event.type] as (
    state: TwoPhaseReceiverState,
    event: TwoPhaseReceiverEvent,
  ) => TwoPhaseReceiverStep;
  return handle(state, event);
}

const handlers: {
  readonly [T in TwoPhaseReceiverEvent['type']]: (
    state: TwoPhaseReceiverState,
    event: Extract<TwoPhaseReceiverEvent, { readonly type: T }>,
  ) => TwoPhaseReceiverStep;
} = {
  prepare(state, { type: _, ...prepared }) {
    const { stage, at } = state;
    if (isOf(stage, prepared) && stage?.digest === prepared.digest) {
      return stage.progress === 'ready' ? { state, effects: [{ type: 'acknowledge' }] } : still(state);
    }
    const outdated = stage?.id === prepared.id && prepared.version < stage.version;
    return prepared.base < at || outdated ? still(state) : begin(state, prepared);
  },

  staged(state, event) {
    const { stage } = state;
    if (stage?.progress !== 'working' || !isOf(stage, event)) return still(state);
    return {
      state: { ...state, stage: { ...stage, progress: 'ready' } },
      effects: [{ type: 'acknowledge' }],
    };
  },

  unstaged(state, event) {
    return isOf(state.stage, event) ? still({ ...state, stage: undefined }) : still(state);
  },

  commit(state, event) {
    const { stage, at } = state;
    const fits = stage?.progress === 'ready' && isOf(stage, event) && stage.digest === event.digest;
    if (!fits || stage.base !== at) return still(state);
    const { progress: _, ...prepared } = stage;
    return {
      state: { ...state, at: stage.base + 1, stage: undefined },
      effects: [{ type: 'activate', prepared }, { type: 'acknowledge' }],
    };
  },

  abort(state, { id }) {
    return state.stage?.id === id ? drop(state) : still(state);
  },

  serves(state, { revision }) {
    if (revision === state.at) return still(state);
    const { stage } = state;
    const moved = { ...state, at: revision };
    if (stage?.progress !== 'waiting' || stage.base < revision) return drop(moved);
    const { progress: _, ...prepared } = stage;
    return begin({ ...moved, stage: undefined }, prepared);
  },

  granted(state, { sent, lease }) {
    return still({ ...state, leasedUntil: Math.max(state.leasedUntil, sent + lease) });
  },
};

/** Stages it now or, where it is prepared on a revision that is still to come, then. */
function begin(before: TwoPhaseReceiverState, prepared: Prepared): TwoPhaseReceiverStep {
  const { state, effects } = drop(before);
  if (prepared.base !== state.at) {
    return { state: { ...state, stage: { ...prepared, progress: 'waiting' } }, effects };
  }
  return {
    state: { ...state, stage: { ...prepared, progress: 'working' } },
    effects: [...effects, { type: 'stage', prepared }],
  };
}

function drop(state: TwoPhaseReceiverState): TwoPhaseReceiverStep {
  const { stage } = state;
  if (stage === undefined) return still(state);
  const { progress } = stage;
  return {
    state: { ...state, stage: undefined },
    effects: progress === 'waiting' ? [] : [{ type: 'discard' }],
  };
}

function isOf(stage: TwoPhaseReceiverState['stage'], { id, version }: Named): boolean {
  return stage?.id === id && stage.version === version;
}

function still(state: TwoPhaseReceiverState): TwoPhaseReceiverStep {
  return { state, effects: [] };
}
