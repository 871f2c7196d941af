import type { ReleaseEvent } from './event.ts';
import { type Turn } from './turn.ts';
type Tick = ReleaseEvent & {
    kind: 'tick';
};
/** Time passes. What passed since the last tick counts at most twice the interval, and never backwards. */
export declare function tick(turn: Turn, event: Tick): Turn;
export {};
