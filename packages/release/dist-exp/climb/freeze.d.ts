import type { FreezeCause } from './state.ts';
import { type Turn } from './turn.ts';
export declare function canFreeze({ state }: Turn): boolean;
/** Stays where it is, for one reason more; says so once for each. */
export declare function freeze(turn: Turn, cause: FreezeCause, text: string): Turn;
/** Takes reasons away; without one left it goes on where it was. After a failure the step is held anew. */
export declare function thaw(turn: Turn, gone: readonly FreezeCause[], text: string): Turn;
/** What was seen at this step so far does not count: its evidence begins anew. */
export declare function restartHold(turn: Turn): Turn;
