import type { SagaEvent } from '../saga/step-saga.ts';
import type { ReleaseEvent } from './event.ts';
import { type Turn } from './turn.ts';
/** The climb is over: what is reserved is confirmed, and from then on nothing goes back. */
export declare function complete(turn: Turn): Turn;
/** Confirming goes on. */
export declare function confirmOn(turn: Turn, event: SagaEvent): Turn;
/** Writes `to` into the spec. */
export declare function land(turn: Turn): Turn;
/** What became of writing the spec. */
export declare function landed(turn: Turn, { result, detail }: ReleaseEvent & {
    kind: 'result';
}): Turn;
