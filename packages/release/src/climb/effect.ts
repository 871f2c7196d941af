import type { Consistency, Placement, Probe } from '@ombre/decide/model';
import type { CallOut } from '../saga/call-out.ts';

/** What people are told about. */
export type Topic =
  | 'started'
  | 'level'
  | 'waiting'
  | 'frozen'
  | 'thawed'
  | 'rolling-back'
  | 'rolled-back'
  | 'watching'
  | 'completed'
  | 'landed'
  | 'undoing'
  | 'stuck'
  | 'refused';

/**
 * What the shell shall do, at least once, with the key as idempotency key (unique within the release). It answers each with a
 * `result` event, except `place`, which is answered by `placed` or a failed result. Effects of one release are performed in
 * order; an older `place` that was not performed yet may be left out.
 */
export type Effect =
  | { readonly kind: 'place'; readonly key: string; readonly placement: Placement; readonly why: string }
  | {
      readonly kind: 'notify';
      readonly key: string;
      readonly topic: Topic;
      /** Somebody should look now. */
      readonly alert: boolean;
      readonly text: string;
      /** The command of a release that is waited for. */
      readonly command?: 'approve';
    }
  /** Ask whether a level may be entered. Repeated under a new key while the answer is `unknown`. */
  | {
      readonly kind: 'gate';
      readonly key: string;
      readonly url: string;
      /** Milliseconds. */
      readonly timeout: number;
      readonly level: string;
    }
  | { readonly kind: 'probe'; readonly key: string; readonly probe: Probe }
  /** One try of a call to a participant. Tries of one call have keys of their own; `call.key` is what the participant is told, and stays. */
  | { readonly kind: 'saga'; readonly key: string; readonly call: CallOut }
  /** Ask whether the copies of the data agree. Repeated under a new key until they do. */
  | { readonly kind: 'consistency'; readonly key: string; readonly checks: readonly Consistency[] }
  /** Write `to` into the flag's spec in `from`'s place and retire the release. */
  | { readonly kind: 'land'; readonly key: string }
  /** Nobody is treated any more: the deletion may go through. */
  | { readonly kind: 'delete'; readonly key: string };
