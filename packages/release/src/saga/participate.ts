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
export function participate(held: Held | undefined, action: SagaAction): Participation {
  const [next, acts] = RULES[action][held ?? 'nothing'];
  if (next === 'refused') return { held, act: false, refused: true };
  return { held: next, act: acts === 'act', refused: false };
}

type Rule = readonly [next: Held | 'refused', acts?: 'act'];
type Rules = { readonly [H in Held | 'nothing']: Rule };

const trying: Rules = {
  nothing: ['tried', 'act'],
  tried: ['tried'],
  confirmed: ['confirmed'],
  cancelled: ['refused'],
};
const cancelling: Rules = {
  nothing: ['cancelled'],
  tried: ['cancelled', 'act'],
  confirmed: ['refused'],
  cancelled: ['cancelled'],
};
const RULES: { readonly [A in SagaAction]: Rules } = {
  do: trying,
  try: trying,
  undo: cancelling,
  cancel: cancelling,
  confirm: {
    nothing: ['refused'],
    tried: ['confirmed', 'act'],
    confirmed: ['confirmed'],
    cancelled: ['refused'],
  },
};
