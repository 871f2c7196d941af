import type { ReleaseEvent } from './event.ts';
import { type Turn } from './turn.ts';
/** Nobody is treated any more: undoes the steps around the levels, if there are any, and is then over. */
export declare function undo(turn: Turn): Turn;
/** Undoing goes on: once the copies of the data agree, step by step. */
export declare function undoOn(turn: Turn, elapsed: number): Turn;
/** What the copies of the data answered. Steps wait until they agree, and somebody is called. */
export declare function copiesAnswered(turn: Turn, { result, detail }: ReleaseEvent & {
    kind: 'result';
}): Turn;
/** Begins again at the bottom, after a roll-back. */
export declare function startOver(turn: Turn): Turn;
