import { isReserved } from '../saga/saga-state.js';
import { around } from './around.js';
import { change, emit, notify, refuse } from './turn.js';
/** The climb is over: what is reserved is confirmed, and from then on nothing goes back. */
export function complete(turn) {
    const completed = notify(change(turn, { phase: 'completed' }), 'completed', 'Completed; holds until landed.');
    return isReserved(turn.state.saga) ? confirmOn(completed, { kind: 'confirm' }) : completed;
}
/** Confirming goes on. */
export function confirmOn(turn, event) {
    const { turn: after, outcome } = around(turn, event);
    return outcome?.kind === 'confirmed'
        ? notify(after, 'completed', 'What was reserved is confirmed.')
        : after;
}
/** Writes `to` into the spec. */
export function land(turn) {
    const { saga, landing } = turn.state;
    if (landing !== undefined)
        return turn;
    if (saga?.going === 'confirm')
        return refuse(turn, 'Cannot land yet: what is reserved is being confirmed.');
    const asked = emit(turn, { kind: 'land' });
    return change(asked.turn, { landing: asked.key });
}
/** What became of writing the spec. */
export function landed(turn, { result, detail }) {
    if (result === 'unknown')
        return turn;
    const closed = change(turn, { landing: undefined });
    if (result === 'failed')
        return notify(closed, 'refused', `Cannot land: ${detail ?? 'refused'}`, true);
    return notify(change(closed, { phase: 'landed' }), 'landed', 'Landed: the spec says so now.');
}
//# sourceMappingURL=landing.js.map