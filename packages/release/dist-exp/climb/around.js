import { startSaga } from '../saga/saga-state.js';
import { stepSaga } from '../saga/step-saga.js';
import { change, emit, notify } from './turn.js';
/** Gives an event to the steps around levels: asks what they ask for, and calls somebody when they are stuck. */
export function around(turn, event) {
    const { spec, state, now } = turn;
    const { call, outcome, ...next } = stepSaga(spec.ladder, state.saga ?? startSaga(state.attempt), event, now);
    let after = change(turn, { saga: next.state });
    if (call !== undefined) {
        const asked = emit(after, { kind: 'saga', call });
        after = change(asked.turn, { calling: asked.key });
    }
    if (outcome?.kind !== 'stuck')
        return { turn: after, outcome };
    const { step, action, tries, why } = outcome;
    const text = `Step ${step} did not ${action} in ${tries} tries: ${why}. It is asked again until it does.`;
    return { turn: notify(after, 'stuck', text, true) };
}
//# sourceMappingURL=around.js.map