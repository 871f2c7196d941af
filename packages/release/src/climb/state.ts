import type { Placement } from '@ombre/decide/model';
import type { GuardEvidence } from '../health/health.ts';
import type { SagaState } from '../saga/saga-state.ts';

/**
 * `pending`: nothing was moved yet. `climbing`: a move was asked for, or receivers have not all activated it. `dwelling`: held
 * at a step. `waiting`: for a gate. `frozen`: stays where it is, see `frozen.causes`. `rolling-back`: asked for, not yet
 * confirmed by receivers and traffic. `rolled-back`: nobody is treated. `watching`: everybody is, and it may still go back.
 * `completed`: holds until landed. `landed`: the spec says `to`; nothing is left to do.
 */
export type Phase =
  | 'pending'
  | 'climbing'
  | 'dwelling'
  | 'waiting'
  | 'frozen'
  | 'rolling-back'
  | 'rolled-back'
  | 'watching'
  | 'completed'
  | 'landed';

/** A step of a level: indices into the ladder and into the level's `steps` followed by its own share. */
export type Position = { readonly level: number; readonly step: number };

/**
 * Why a release stays where it is. `unknown` goes away by itself when health is known again; `paused`, `failure`, `undecided`
 * and `changed` go away by `resume`; `killed` by `resume` after the kill was lifted.
 */
export type FreezeCause = 'unknown' | 'paused' | 'failure' | 'undecided' | 'changed' | 'killed';

/** `from`: the phase to go back to; `since`: ms since 1970. */
export type Frozen = {
  readonly causes: readonly FreezeCause[];
  readonly from: Phase;
  readonly since: number;
};

/** A level that may not be entered yet: `key` of the webhook's open effect, `quiet` ms since its last answer, `told` people of a refusal. */
export type WaitingGate = {
  readonly level: number;
  readonly key?: string | undefined;
  readonly quiet: number;
  readonly told: boolean;
};

/** A move that was asked for and not confirmed: `key` is that of its effect; `refused` if the store would not have it. */
export type PendingMove = { readonly key: string; readonly placement: Placement; readonly refused?: boolean };

/** How a release was taken back; times are the `now` of the step that learned of it, in ms since 1970. */
export type RollbackRecord = {
  readonly cause: 'guard' | 'probe' | 'saga' | 'abort' | 'unknown' | 'changed' | 'deleted';
  readonly why: string;
  readonly by: string;
  readonly evidence: readonly GuardEvidence[];
  /** When the fault most likely began, as told by the evidence that decided (`faultOf`); absent for a person's abort. */
  readonly faultAt?: number;
  /** When health was judged bad. */
  readonly detectedAt?: number;
  readonly decidedAt: number;
  /** When the move had its revision. */
  readonly placedAt?: number;
  /** When every live receiver had activated it. */
  readonly activatedAt?: number;
  /** When no request reached `to` any more. */
  readonly drainedAt?: number;
  /** When the last step around a level was undone; absent where there was none. */
  readonly undoneAt?: number;
  /** Who was treated when it was decided: by level the share of those it holds for. Empty: nobody; absent: an older version decided. */
  readonly stood?: readonly { readonly level: string; readonly share: number }[];
  /** Requests that were still open on `to` when they were waited for no longer. */
  readonly open?: number;
  readonly blast?: Blast;
};

/** Undoing steps waits until the copies of the data agree: `key` of the open question, `wait` ms to the next, `told` that they do not. */
export type Undoing = {
  readonly agreed: boolean;
  readonly key?: string | undefined;
  readonly wait: number;
  readonly told: boolean;
};

/**
 * How much was hurt: failed responses of treatment beyond what control's rate explains, over one climb from its first move. Responses that took
 * longer than a limit of the guards, `over` ms, are counted beside.
 */
export type Blast = {
  readonly requests: number;
  readonly treated: number;
  readonly units: number;
  /** Bad responses of treatment, and how many control's rate would have given. */
  readonly bad: number;
  readonly expected: number;
  readonly slow?: readonly { readonly over: number; readonly bad: number; readonly expected: number }[];
};

/** Progress of one release: all that its machine knows. Plain JSON; the shell writes it and never looks inside to decide. */
export type ReleaseState = {
  readonly format: 1;
  readonly phase: Phase;
  /** 1 for the first climb; a resumed roll-back or a restart counts on. */
  readonly attempt: number;
  /** The epoch before this attempt's first move; absent in the first. */
  readonly since?: number | undefined;
  /** Where it stands or is going; absent before the first level and after a roll-back. */
  readonly at?: Position | undefined;
  /** The last confirmed placement, and the revision that brought it; -1 before the first. */
  readonly placement: Placement;
  readonly revision: number;
  readonly move?: PendingMove | undefined;
  /** When all live receivers had activated the step: its evidence starts here. */
  readonly evidenceFrom?: number | undefined;
  /** Milliseconds of good and fresh time at this step (in `watching`: of the watch window). */
  readonly held: number;
  /** Milliseconds at this step in which there was too little data. */
  readonly undecided: number;
  /** Milliseconds without knowledge of health, in a row. */
  readonly unknown: number;
  /** Milliseconds in a row without traffic of `to`, while rolling back. */
  readonly quiet: number;
  /** Milliseconds in a row in which nothing new reached `to`, whatever is still open, while rolling back. */
  readonly ebbing?: number | undefined;
  readonly frozen?: Frozen | undefined;
  /** The gate being waited for. */
  readonly gate?: WaitingGate | undefined;
  /** Steps around levels: what was begun, and what is under way. */
  readonly saga?: SagaState | undefined;
  /** Key of the effect that carries out the call under way. */
  readonly calling?: string | undefined;
  /** Nobody is treated any more, and steps are being undone. */
  readonly undoing?: Undoing | undefined;
  /** Key of the effect that writes `to` into the spec. */
  readonly landing?: string | undefined;
  readonly killed: boolean;
  /** The release was deleted, or pinned resources changed with `onChange: restart`: what to do once rolled back. */
  readonly afterRollback?: 'delete' | 'restart' | undefined;
  readonly probes: ProbeRounds;
  readonly rollback?: RollbackRecord | undefined;
  /** `now` of the last tick. */
  readonly ticked?: number | undefined;
  /** Counts effects; their keys are unique within a release. */
  readonly sequence: number;
};

/** Rounds of probes: ms since the last was asked, what it answered so far, and how many failed or were unknown in a row. */
export type ProbeRounds = {
  readonly since: number;
  /** Keys of effects without an answer. */
  readonly open: readonly string[];
  readonly answers: readonly ('done' | 'failed' | 'unknown')[];
  readonly failed: number;
  readonly unknown: number;
  /** What the last failed probe said. */
  readonly detail: string;
};

/** No round asked, none failed. */
export const NO_ROUNDS: ProbeRounds = { since: 0, open: [], answers: [], failed: 0, unknown: 0, detail: '' };

/** A release before anything happened; `placement` is what the store holds for it, if it was placed before. */
export function startRelease(placement: Placement): ReleaseState {
  return {
    format: 1,
    phase: 'pending',
    attempt: 1,
    placement,
    revision: -1,
    held: 0,
    undecided: 0,
    unknown: 0,
    quiet: 0,
    killed: false,
    probes: NO_ROUNDS,
    sequence: 0,
  };
}
