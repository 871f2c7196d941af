import type { ReleaseSpec } from '@ombre/decide/model';
import type { Effect, Topic } from './effect.ts';
import type { ReleaseState } from './state.ts';
/** One event being worked on: the state so far and what the shell shall do about it. */
export type Turn = {
    readonly spec: ReleaseSpec;
    readonly state: ReleaseState;
    readonly effects: readonly Effect[];
    readonly now: number;
};
export declare function change(turn: Turn, patch: Partial<ReleaseState>): Turn;
type Keyless<One> = One extends unknown ? Omit<One, 'key'> : never;
/** Adds an effect under a key of its own. */
export declare function emit(turn: Turn, effect: Keyless<Effect>): {
    readonly turn: Turn;
    readonly key: string;
};
export declare function notify(turn: Turn, topic: Topic, text: string, alert?: boolean): Turn;
/** A command that cannot be carried out changes nothing but says so. */
export declare function refuse(turn: Turn, text: string): Turn;
export {};
