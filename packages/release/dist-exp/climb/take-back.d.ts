import { type GuardEvidence } from '../health/health.ts';
import type { ReleaseEvent } from './event.ts';
import { type RollbackRecord } from './state.ts';
import { type Turn } from './turn.ts';
/** Why a release goes back. */
export type Reason = {
    readonly cause: RollbackRecord['cause'];
    readonly why: string;
    readonly by: string;
    readonly evidence?: readonly GuardEvidence[];
};
/** What a failure asks for: going back, or staying where going back is not safe. */
export declare function fail(turn: Turn, reason: Reason): Turn;
/** Goes back; waits for nothing, whatever was asked for before. */
export declare function takeBack(turn: Turn, { cause, why, by, evidence }: Reason): Turn;
/**
 * Confirms a roll-back by what is seen: every live receiver has activated it, and nothing reached `to` for two ticks in a
 * row. Where nobody counts traffic, acknowledgements must do.
 */
export declare function confirm(turn: Turn, tick: ReleaseEvent & {
    kind: 'tick';
}, elapsed: number): Turn;
