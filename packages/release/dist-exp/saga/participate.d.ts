import type { SagaAction } from './call-out.ts';
/** What a participant remembers of one transaction (`Ombre-Transaction`); undefined: nothing. */
export type Held = 'tried' | 'confirmed' | 'cancelled';
/** `act`: do what is asked, in one transaction of the database with writing `held`. `refused`: answer 422 and change nothing. */
export type Participation = {
    readonly held: Held | undefined;
    readonly act: boolean;
    readonly refused: boolean;
};
/**
 * How a participant keeps a step's net effect at 0 or 1 however often and late it is called: a cancel of what never came
 * succeeds and bars it, a try after its cancel is refused, confirm and cancel repeat harmlessly. `do` is a try, `undo` a cancel.
 */
export declare function participate(held: Held | undefined, action: SagaAction): Participation;
