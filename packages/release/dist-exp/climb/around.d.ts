import { type SagaEvent, type SagaOutcome } from '../saga/step-saga.ts';
import { type Turn } from './turn.ts';
/** Gives an event to the steps around levels: asks what they ask for, and calls somebody when they are stuck. */
export declare function around(turn: Turn, event: SagaEvent): {
    readonly turn: Turn;
    readonly outcome?: SagaOutcome | undefined;
};
