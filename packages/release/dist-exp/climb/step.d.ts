import type { ReleaseSpec } from '@ombre/decide/model';
import type { Effect } from './effect.ts';
import type { ReleaseEvent } from './event.ts';
import type { ReleaseState } from './state.ts';
/**
 * What an event makes of a release: its next state, and what the shell shall do. Never throws; the same state, event and
 * time give the same answer. The shell writes state and effects in one transaction, performs effects at least once with their
 * keys, and hands the results back as events; repeated and late events change nothing.
 */
export declare function step(spec: ReleaseSpec, state: ReleaseState, event: ReleaseEvent, now: number): {
    readonly state: ReleaseState;
    readonly effects: readonly Effect[];
};
