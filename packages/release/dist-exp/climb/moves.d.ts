import { type SagaEvent } from '../saga/step-saga.ts';
import { type Turn } from './turn.ts';
/** A webhook that did not agree is asked again after so long, in ms. */
export declare const GATE_AGAIN = 30000;
/** Goes on from where the release stands: to the next step, to the gate before the next level, or over the top. */
export declare function advance(turn: Turn): Turn;
/** Goes on without asking a gate. */
export declare function advancePastGate(turn: Turn): Turn;
/** What stands before the next level goes on; when it is done the level is entered. */
export declare function carryOn(turn: Turn, event: SagaEvent): Turn;
/** Asks a webhook whether the level may be entered; a person's approval asks nobody. */
export declare function askGate(turn: Turn): Turn;
/** Asks that nobody be treated. */
export declare function moveToNobody(turn: Turn, why: string): Turn;
/** Asks again, under a new key, for a move the store refused. */
export declare function repeatMove(turn: Turn): Turn;
