import type { RollbackRecord } from './state.ts';
/** How long each part of a roll-back took, in ms; absent where an end of it is not known. */
export type RollbackParts = {
    /** From when the fault most likely began, by the evidence that decided, to the judgement that it is bad. */
    readonly detection?: number;
    /** From the judgement to the decision. */
    readonly decision?: number;
    /** From the decision until every live receiver had activated the move. */
    readonly propagation?: number;
    /** From there until no request reached the version. */
    readonly drain?: number;
    /** From there until every step around the levels was undone. */
    readonly undo?: number;
};
export declare function rollbackParts(record: RollbackRecord): RollbackParts;
/** One line for people: the cause, the parts, and who was hurt. */
export declare function rollbackSentence(record: RollbackRecord): string;
