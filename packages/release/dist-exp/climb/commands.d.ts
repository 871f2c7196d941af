import type { Command } from './event.ts';
import { type Turn } from './turn.ts';
/** Who asks, and why. */
type Asked = {
    readonly by: string;
    readonly why: string;
};
/** What each command of a person does. */
export declare const commands: {
    readonly [C in Command]: (turn: Turn, asked: Asked) => Turn;
};
export {};
