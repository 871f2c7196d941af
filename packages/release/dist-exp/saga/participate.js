/**
 * How a participant keeps a step's net effect at 0 or 1 however often and late it is called: a cancel of what never came
 * succeeds and bars it, a try after its cancel is refused, confirm and cancel repeat harmlessly. `do` is a try, `undo` a cancel.
 */
export function participate(held, action) {
    const [next, acts] = RULES[action][held ?? 'nothing'];
    if (next === 'refused')
        return { held, act: false, refused: true };
    return { held: next, act: acts === 'act', refused: false };
}
const trying = {
    nothing: ['tried', 'act'],
    tried: ['tried'],
    confirmed: ['confirmed'],
    cancelled: ['refused'],
};
const cancelling = {
    nothing: ['cancelled'],
    tried: ['cancelled', 'act'],
    confirmed: ['refused'],
    cancelled: ['cancelled'],
};
const RULES = {
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
//# sourceMappingURL=participate.js.map