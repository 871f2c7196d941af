import type { ReleaseEvent } from './event.ts';
import { type Turn } from './turn.ts';
type Result = ReleaseEvent & {
    kind: 'result';
};
/** What became of an effect. Answers to effects nobody waits for any more change nothing. */
export declare function takeResult(turn: Turn, event: Result): Turn;
export {};
