import type { SagaStep } from '@ombre/decide/model';
import type { SagaAction } from './call-out.ts';
/** A step whose intent was written. `asked`: it may have happened. */
export type BegunStep = {
    readonly level: string;
    readonly name: string;
    /** As it was declared when it began; so it is undone, unless it is still declared. */
    readonly step: SagaStep;
    readonly stands: 'asked' | 'done' | 'confirmed' | 'undone';
};
/** The one call under way. */
export type OpenCall = {
    /** Which of `begun`. */
    readonly index: number;
    readonly action: SagaAction;
    readonly tries: number;
    /** False between two tries: `wait` ms are left. */
    readonly asked: boolean;
    readonly wait: number;
    /** When it was first asked; ms since 1970. */
    readonly since: number;
};
/** Where the steps of one attempt of a release stand. Plain JSON. */
export type SagaState = {
    readonly attempt: number;
    /** `forward`: carries out the steps before `level`. `back`: undoes all, and is not to be called off. `idle`: nothing is to do. */
    readonly going: 'idle' | 'forward' | 'back' | 'confirm';
    readonly level?: string;
    readonly begun: readonly BegunStep[];
    readonly call?: OpenCall;
};
export declare function startSaga(attempt: number): SagaState;
/** Whether anything was begun that is not undone. */
export declare function isBegun(saga: SagaState | undefined): saga is SagaState;
/** Whether steps are under way: a release whose resource is gone is still to be followed until they are not. */
export declare function isUnderWay(saga: SagaState | undefined): boolean;
/** Whether a step can be undone no more. */
export declare function isFinal(saga: SagaState | undefined): boolean;
/** Whether reservations wait to be confirmed. */
export declare function isReserved(saga: SagaState | undefined): saga is SagaState;
