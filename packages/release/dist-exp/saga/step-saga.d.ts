import type { Level, SagaStep } from '@ombre/decide/model';
import type { CallOut, SagaAction } from './call-out.ts';
import type { SagaState } from './saga-state.ts';
export type SagaEvent = 
/** Carry out what stands before a level. */
{
    readonly kind: 'forward';
    readonly level: string;
}
/** Undo all that was begun, the last first. */
 | {
    readonly kind: 'back';
}
/** Make what is reserved final. */
 | {
    readonly kind: 'confirm';
}
/** Time passed in which it may work. */
 | {
    readonly kind: 'elapsed';
    readonly milliseconds: number;
}
/** What became of the call that is asked. */
 | {
    readonly kind: 'answer';
    readonly result: 'done' | 'failed' | 'unknown';
    readonly detail?: string;
};
/** What somebody waits for, or must know. */
export type SagaOutcome = 
/** Everything before the level is done. */
{
    readonly kind: 'ready';
}
/** A step was refused on the way forward. */
 | {
    readonly kind: 'refused';
    readonly step: string;
    readonly why: string;
} | {
    readonly kind: 'undone';
} | {
    readonly kind: 'confirmed';
}
/** A call was tried often and goes on being tried. */
 | {
    readonly kind: 'stuck';
    readonly step: string;
    readonly action: SagaAction;
    readonly tries: number;
    readonly why: string;
};
export type SagaTurn = {
    readonly state: SagaState;
    /** To be asked, once the state is written. */
    readonly call?: CallOut;
    readonly outcome?: SagaOutcome;
};
/**
 * What an event makes of the steps around a release's levels (Garcia-Molina & Salem 1987, with the rules of try, confirm,
 * cancel). One call at a time; its intent is in the state before it is asked. Every step that was begun is undone, whether it is
 * known to have happened or not. Waits are counted by `elapsed`, so that a stepped clock neither skips nor stretches them.
 */
export declare function stepSaga(ladder: readonly Level[], state: SagaState, event: SagaEvent, now: number): SagaTurn;
/** The steps declared before a level. */
export declare function stepsBefore(ladder: readonly Level[], name: string): readonly SagaStep[];
/** Whether a level has steps that are not done yet. */
export declare function hasStepsBefore(ladder: readonly Level[], state: SagaState | undefined, name: string): boolean;
