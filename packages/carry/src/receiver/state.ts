import type { Encoded, Head } from '@ombre/decide';
import type { WireDelta } from '@ombre/protocol';
import type { Problem } from '../problem.ts';
import type { Sighting } from './sighting.ts';

/**
 * `starting`: nothing to decide with yet. `ready`: the newest snapshot the source is known to have. `stale`: a last good
 * snapshot, not confirmed lately. `error`: nothing to decide with, and not by mere waiting.
 */
export type Status = 'starting' | 'ready' | 'stale' | 'error' | 'closed';

/** A delta that waits for its turn. */
export interface Waiting {
  readonly sighting: Sighting;
  readonly delta: WireDelta;
  readonly size: number;
}

/** What is going on with a snapshot. One thing at a time. */
export type Work =
  | { readonly kind: 'asking' }
  | { readonly kind: 'getting'; readonly target: Sighting }
  | { readonly kind: 'staging'; readonly target: Sighting; readonly by: 'disk' | 'delta' | 'full' };

/** What comes after the work, not before `until`: get `target`, or ask where the source stands if there is none. */
export interface Plan {
  readonly until: number;
  readonly target?: Sighting;
}

/** All a receiver remembers. Times are milliseconds of one monotonic clock. */
export interface State {
  /** The one asked for, where the address says it. */
  readonly environment: string | undefined;
  readonly status: Status;
  /** The last trouble, until the receiver is up to date again. */
  readonly problem: Problem | undefined;
  /** What the process evaluates with. */
  readonly at: Head | undefined;
  /** The highest head accepted so far; nothing below it in its lineage is. */
  readonly seen: Head | undefined;
  readonly link: 'down' | 'opening' | 'up';
  /** Failures in a row; the pause before the next try grows with them. */
  readonly attempts: number;
  readonly retryAt: number | undefined;
  /** When the source was last heard, and how long it may be silent. */
  readonly heard: number;
  readonly silence: number | undefined;
  /** When `at` was last known to be the newest. */
  readonly confirmed: number | undefined;
  readonly work: Work | undefined;
  readonly plan: Plan | undefined;
  /** Deltas that follow one another from where the plan, else the work, leads. */
  readonly queue: readonly Waiting[];
  /** The trouble with the disk, apart from that with the source: the one may last while the other ends. */
  readonly disk: Problem | undefined;
}

/** What happened. `random` is uniform in [0, 1). */
export type Event =
  | {
      readonly type: 'start';
      readonly disk?: { readonly sighting: Sighting; readonly encoded: Encoded };
      readonly problem?: Problem;
    }
  | { readonly type: 'wake' }
  | {
      readonly type: 'head';
      readonly sighting: Sighting;
      readonly heartbeat?: number;
      readonly random: number;
    }
  | {
      readonly type: 'resync';
      readonly sighting: Sighting;
      readonly within: number;
      readonly heartbeat?: number;
      readonly random: number;
    }
  | {
      readonly type: 'delta';
      readonly sighting: Sighting;
      readonly delta: WireDelta;
      readonly size: number;
      readonly random: number;
    }
  /** What was prepared on revision `from`, and is compiled beside, is decided under this head. */
  | {
      readonly type: 'commit';
      readonly sighting: Sighting;
      readonly from: number;
      readonly random: number;
    }
  | { readonly type: 'heartbeat'; readonly revision: number }
  /** The watch ended by itself. */
  | {
      readonly type: 'ended';
      readonly problem: Problem;
      readonly retryAfter?: number;
      readonly random: number;
    }
  /** The source answered where it stands. */
  | { readonly type: 'asked'; readonly sighting: Sighting; readonly random: number }
  | { readonly type: 'got'; readonly encoded: Encoded }
  /** `ask` or `get` failed. */
  | {
      readonly type: 'failed';
      readonly problem: Problem;
      readonly retryAfter?: number;
      readonly random: number;
    }
  | { readonly type: 'staged' }
  | { readonly type: 'unstaged'; readonly problem: Problem; readonly random: number }
  /** The active snapshot was written, or why not. */
  | { readonly type: 'persisted'; readonly problem?: Problem }
  /** Other keys are trusted from now on. */
  | { readonly type: 'trusted' }
  /** Something to tell that moves nothing. */
  | { readonly type: 'problem'; readonly problem: Problem }
  | { readonly type: 'close' };

/** What the shell does, in this order. */
export type Effect =
  /** Opens a watch from `from`, ending an earlier one. */
  | { readonly type: 'connect'; readonly from: Head | undefined }
  | { readonly type: 'disconnect' }
  /** Asks the source for its head; answered by `asked` or `failed`. */
  | { readonly type: 'ask' }
  /** Gets a whole snapshot; answered by `got` or `failed`. */
  | { readonly type: 'get'; readonly head: Head }
  /** Verifies and compiles beside the current snapshot; answered by `staged` or `unstaged`. */
  | {
      readonly type: 'stage';
      readonly by: 'disk' | 'full';
      readonly target: Sighting;
      readonly encoded: Encoded;
    }
  | { readonly type: 'stage'; readonly by: 'delta'; readonly target: Sighting; readonly delta: WireDelta }
  /** Swaps what was staged in, and announces the changed keys; `prepared`: staged for a two-phase change that is decided. */
  | { readonly type: 'activate'; readonly target: Sighting; readonly prepared?: true }
  /** Writes the active snapshot under this head to disk. */
  | { readonly type: 'persist'; readonly target: Sighting }
  | { readonly type: 'acknowledge' }
  /** The status changed. */
  | { readonly type: 'announce'; readonly status: Status }
  | { readonly type: 'report'; readonly problem: Problem };

export const NEW: State = {
  environment: undefined,
  status: 'starting',
  problem: undefined,
  at: undefined,
  seen: undefined,
  link: 'down',
  attempts: 0,
  retryAt: undefined,
  heard: 0,
  silence: undefined,
  confirmed: undefined,
  work: undefined,
  plan: undefined,
  queue: [],
  disk: undefined,
};
