import type { SagaCall } from '@ombre/decide/model';
/** What is asked of a participant: to do a step, to make it final, or to take it back. */
export type SagaAction = 'do' | 'undo' | 'try' | 'confirm' | 'cancel';
/** A call to a participant. */
export interface CallOut {
    /** `attempt/level/step/action`: what the participant tells repetitions by. The same for every try, unique within the release. */
    readonly key: string;
    /** `attempt/level/step`: what the actions of one step have in common. */
    readonly transaction: string;
    readonly step: string;
    readonly action: SagaAction;
    /** 1 for the first. */
    readonly tries: number;
    readonly request: SagaCall;
}
