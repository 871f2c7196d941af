import type { Health } from '../health/health.ts';
import type { Blast } from './state.ts';

export type Command = 'pause' | 'resume' | 'promote' | 'abort' | 'approve' | 'land';

/** Receivers whose lease holds, and how many of them have activated the release's last revision. */
export type Receivers = { readonly live: number; readonly activated: number };

/** Traffic of the release, from all sources since the last tick. */
export type Traffic = {
  /** Requests `to` was given since the last tick plus those still open; undefined: nobody counts. */
  readonly to?: number;
  /** How many of these are still open and were so before. */
  readonly open?: number;
  /** The damage so far over the whole climb. */
  readonly blast?: Blast;
};

/** What happens to a release. Times come beside the event, as `now`. */
export type ReleaseEvent =
  | {
      readonly kind: 'tick';
      /** Milliseconds between ticks as planned; a longer pause counts at most twice this. */
      readonly interval: number;
      readonly health: Health;
      /** False while the shell's own inputs are late: nothing accrues and nothing climbs. */
      readonly fresh: boolean;
      readonly receivers: Receivers;
      readonly traffic: Traffic;
    }
  | { readonly kind: 'command'; readonly command: Command; readonly by: string; readonly why: string }
  /** A move has its revision. */
  | { readonly kind: 'placed'; readonly epoch: number; readonly revision: number }
  /**
   * What became of an effect. `failed` for a move: it was refused and will not be repeated; `epoch` is then where the store
   * stands.
   */
  | {
      readonly kind: 'result';
      readonly key: string;
      readonly result: 'done' | 'failed' | 'unknown';
      readonly detail?: string;
      readonly epoch?: number;
    }
  /** Something the release pins, or its own spec above where it stands, was edited. */
  | { readonly kind: 'changed'; readonly what: readonly string[] }
  | { readonly kind: 'killed'; readonly by: string }
  | { readonly kind: 'lifted'; readonly by: string }
  /** Its author took the release away. */
  | { readonly kind: 'deleted'; readonly by: string };
