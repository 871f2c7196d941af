import { spentBy } from './spending.js';
/** The shortest spacing, ms. */
const MARK = 250;
const RANKS = 22;
/** A start is kept until it is so many of its spacings old. */
const KEPT = 3;
/** Budget of the starts at which evidence begins or begins anew, and how the others' shrinks from rank to rank. */
const FIRST = 0.2;
const SHRINKS = 0.75;
/** The start where a step's evidence begins, or begins anew for the nth time. */
export function firstStart(after, again) {
    return { after, rank: RANKS, budget: FIRST * 2 ** -(again + 1) };
}
/** The start at `after`, the look before it having been at `before`, in a step planned to be held so long (all in ms). */
export function startAt(after, before, planned) {
    let rank = 0;
    let budget = 0;
    for (let r = 0; r < RANKS; r++) {
        const spacing = MARK * 2 ** r;
        const from = Math.floor(before / spacing);
        const to = Math.floor(after / spacing);
        if (to === from)
            break;
        rank = r;
        const spent = spentBy(to * spacing, planned) - spentBy(from * spacing, planned);
        budget += (1 - FIRST) * (1 - SHRINKS) * SHRINKS ** r * spent;
    }
    return { after, rank, budget };
}
/** Whether a start is still looked from at `now` (ms of this step). */
export function isKept({ after, rank }, now) {
    return rank === RANKS || now - after <= KEPT * MARK * 2 ** rank;
}
//# sourceMappingURL=starts.js.map