import { change, notify } from './turn.js';
/** Phases that can be frozen. */
const FREEZABLE = [
    'pending',
    'climbing',
    'dwelling',
    'waiting',
    'frozen',
    'watching',
    'completed',
];
export function canFreeze({ state }) {
    return FREEZABLE.includes(state.phase);
}
/** Stays where it is, for one reason more; says so once for each. */
export function freeze(turn, cause, text) {
    const { state, now } = turn;
    if (!canFreeze(turn) || state.frozen?.causes.includes(cause))
        return turn;
    const { causes, from, since } = state.frozen ?? { causes: [], from: state.phase, since: now };
    const frozen = { causes: [...causes, cause], from, since };
    return notify(change(turn, { phase: 'frozen', frozen }), 'frozen', text, cause !== 'paused');
}
/** Takes reasons away; without one left it goes on where it was. After a failure the step is held anew. */
export function thaw(turn, gone, text) {
    const { frozen } = turn.state;
    if (frozen === undefined || !frozen.causes.some((cause) => gone.includes(cause)))
        return turn;
    const causes = frozen.causes.filter((cause) => !gone.includes(cause));
    const undecided = gone.includes('undecided') ? 0 : turn.state.undecided;
    const freed = change(turn, { undecided, frozen: { ...frozen, causes } });
    const again = frozen.causes.includes('failure') && gone.includes('failure') ? restartHold(freed) : freed;
    if (causes.length > 0)
        return again;
    const phase = again.state.frozen?.from ?? frozen.from;
    return notify(change(again, { phase, frozen: undefined }), 'thawed', text);
}
/** What was seen at this step so far does not count: its evidence begins anew. */
export function restartHold(turn) {
    const { phase, frozen } = turn.state;
    const again = { held: 0, undecided: 0, evidenceFrom: undefined };
    if (phase === 'dwelling')
        return change(turn, { ...again, phase: 'climbing' });
    if (frozen?.from === 'dwelling')
        return change(turn, { ...again, frozen: { ...frozen, from: 'climbing' } });
    const watching = phase === 'watching' || frozen?.from === 'watching';
    return watching ? change(turn, { held: 0, evidenceFrom: turn.now }) : turn;
}
//# sourceMappingURL=freeze.js.map