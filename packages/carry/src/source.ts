import type { Encoded, Head, SignedHead } from '@ombre/decide';
import type { Acknowledgement, SignedSuccession, WireDelta } from '@ombre/protocol';
import type { KillOrder } from './break-glass/kill-order.ts';
import type { Problem } from './problem.ts';

/** A head as a source tells it, with the succession records of its lineage, oldest first. */
export interface Announced {
  /** The signature is empty where the source is of this process itself. */
  readonly signed: SignedHead;
  readonly successions?: readonly SignedSuccession[];
}

/** What one watch tells, in the order of the source. The first word is `head` or `resync`. */
export type SourceEvent =
  /** Where the source stands; what is missing follows as deltas. `heartbeat`: milliseconds it is silent at most, absent where silence is normal. */
  | { readonly type: 'head'; readonly announced: Announced; readonly heartbeat?: number }
  /** Get this snapshot after a random part of `within` milliseconds; deltas from it on follow meanwhile. */
  | {
      readonly type: 'resync';
      readonly announced: Announced;
      readonly within: number;
      readonly heartbeat?: number;
    }
  /** `size` in characters, so that what waits can be bounded. */
  | {
      readonly type: 'delta';
      readonly announced: Announced;
      readonly delta: WireDelta;
      readonly size: number;
    }
  /** A two-phase change to compile beside what is served; nothing is decided yet. */
  | {
      readonly type: 'prepare';
      readonly id: string;
      readonly version: number;
      readonly delta: WireDelta;
      readonly size: number;
    }
  /** It is decided under this head; its delta follows. */
  | {
      readonly type: 'commit';
      readonly id: string;
      readonly version: number;
      readonly announced: Announced;
    }
  | { readonly type: 'abort'; readonly id: string }
  | { readonly type: 'heartbeat'; readonly revision: number }
  /** Nothing changes, and somebody should know why: a save with errors. */
  | { readonly type: 'problem'; readonly problem: Problem };

/** Why a watch ended or a question failed. */
export interface Ended {
  readonly problem: Problem;
  /** The least wait before the next try, in milliseconds. */
  readonly retryAfter?: number;
}

/** Thrown by `head` and `get`: I/O failed, or the source refused. */
export class SourceError extends Error implements Ended {
  override readonly name = 'SourceError';
  readonly problem: Problem;
  readonly retryAfter?: number;

  constructor(ended: Ended, options?: ErrorOptions) {
    super(`${ended.problem.code}: ${ended.problem.detail}`, options);
    this.problem = ended.problem;
    if (ended.retryAfter !== undefined) this.retryAfter = ended.retryAfter;
  }
}

/** What a connection throws, as a source's error: that it cannot be reached. */
export function asSourceError(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new SourceError({ problem: { code: 'UNREACHABLE', detail } }, { cause: error });
}

/**
 * Where snapshots come from: immutable bytes by digest and one head that moves. A source keeps no state between
 * watches, retries nothing and verifies nothing; the receiver does. What it returns is never changed afterwards.
 */
export interface Source {
  /** `signed`: the heads' signatures are to be verified. `local`: this process makes them from what it is given. */
  readonly trust: 'signed' | 'local';
  /** What names it among the sources of a process, without secrets. */
  readonly address: string;
  /** `project/environment` where the address says it. */
  readonly environment: string | undefined;
  /** The current head. Throws {@link SourceError}. */
  head(signal: AbortSignal): Promise<Announced>;
  /** The whole snapshot of a head; what `near` already has need not be fetched again. Throws {@link SourceError}. */
  get(head: Head, near: Encoded | undefined, signal: AbortSignal): Promise<Encoded>;
  /**
   * Tells what happens after `from` until the source ends it or the signal does; one call, one attempt. Resolves once,
   * never rejects, and is silent after the signal.
   */
  watch(from: Head | undefined, listen: (event: SourceEvent) => void, signal: AbortSignal): Promise<Ended>;
}

/** What an acknowledgement earns. */
export interface Granted {
  /** Milliseconds the lease runs, from the sending. */
  readonly lease: number;
  /** Milliseconds of which a random part is waited before the next one, so that many receivers do not answer a change at once. */
  readonly within: number;
  /** False: the lease does not run anew. */
  readonly granted?: boolean;
}

/** The power of sources that have a way back: tells the control plane who runs what. */
export interface Acknowledging {
  /** Throws {@link SourceError}; a lost one is made good by the next. */
  acknowledge(acknowledgement: Acknowledgement, signal: AbortSignal): Promise<Granted>;
}

/** The power of sources that have a control plane behind them: it takes over kills that were signed while it was away. */
export interface TakingOver {
  /**
   * `revision`: from there on the control plane's word counts, also where it has lifted the kill since. Not ok: it will never take this one.
   * Handing the same order over again does nothing. Throws {@link SourceError} where trying again may help.
   */
  takeOver(
    order: KillOrder,
    signal: AbortSignal,
  ): Promise<
    { readonly ok: true; readonly revision: number } | { readonly ok: false; readonly detail: string }
  >;
}
