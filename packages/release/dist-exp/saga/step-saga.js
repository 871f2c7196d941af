import { backOff, chanceOf } from './back-off.js';
/** After so many tries somebody is called, and again after so many more: about every hour. */
const STUCK = 5;
const STUCK_AGAIN = 60;
/**
 * What an event makes of the steps around a release's levels (Garcia-Molina & Salem 1987, with the rules of try, confirm,
 * cancel). One call at a time; its intent is in the state before it is asked. Every step that was begun is undone, whether it is
 * known to have happened or not. Waits are counted by `elapsed`, so that a stepped clock neither skips nor stretches them.
 */
export function stepSaga(ladder, state, event, now) {
    switch (event.kind) {
        case 'answer':
            return answered(state, event);
        case 'elapsed': {
            const { call } = state;
            if (call === undefined || call.asked)
                return proceed(ladder, state, now);
            const wait = call.wait - event.milliseconds;
            return proceed(ladder, { ...state, call: { ...call, wait } }, now);
        }
        case 'back': {
            if (state.going === 'back' || state.going === 'confirm')
                return { state };
            // A call that is asked may happen yet: its answer is waited for. One that is not asked now need not be asked again.
            const kept = state.call?.asked === true ? state : withoutCall(state);
            return proceed(ladder, { ...kept, going: 'back' }, now);
        }
        case 'confirm':
            if (state.going !== 'idle')
                return { state };
            return proceed(ladder, { ...state, going: 'confirm' }, now);
        case 'forward':
            if (state.going !== 'idle')
                return { state };
            return proceed(ladder, { ...state, going: 'forward', level: event.level }, now);
    }
}
function answered(state, { result, detail }) {
    const { call, going } = state;
    if (call?.asked !== true)
        return { state };
    const { index, action, tries } = call;
    const step = state.begun[index]?.name ?? '';
    const why = detail ?? 'no answer';
    const over = withoutCall(state);
    if (result === 'done')
        return { state: stand(over, index, AFTER[action]) };
    const onward = action === 'do' || action === 'try';
    if (onward && going === 'back')
        return { state: over };
    if (onward && result === 'failed') {
        return { state: { ...over, going: 'idle' }, outcome: { kind: 'refused', step, why } };
    }
    const wait = backOff(tries, chanceOf(call.since + index, tries));
    const later = { ...state, call: { ...call, asked: false, wait } };
    const told = tries === STUCK || (tries > STUCK && (tries - STUCK) % STUCK_AGAIN === 0);
    return { state: later, ...(told && { outcome: { kind: 'stuck', step, action, tries, why } }) };
}
const AFTER = {
    do: 'done',
    try: 'done',
    confirm: 'confirmed',
    undo: 'undone',
    cancel: 'undone',
};
/** Asks what is due; says so when nothing is left. */
function proceed(ladder, state, now) {
    const { call, going } = state;
    if (going === 'idle')
        return { state };
    if (call !== undefined) {
        if (call.asked || call.wait > 0)
            return { state };
        return ask(ladder, state, { ...call, asked: true, wait: 0, tries: call.tries + 1 });
    }
    const fresh = { tries: 1, asked: true, wait: 0, since: now };
    if (going === 'back') {
        const index = state.begun.findLastIndex(({ stands }) => stands === 'asked' || stands === 'done');
        const begun = state.begun[index];
        if (begun === undefined)
            return { state: { ...state, going: 'idle' }, outcome: { kind: 'undone' } };
        return ask(ladder, state, { ...fresh, index, action: 'try' in begun.step ? 'cancel' : 'undo' });
    }
    if (going === 'confirm') {
        const index = state.begun.findIndex(({ stands, step }) => stands === 'done' && 'try' in step);
        if (index === -1)
            return { state: { ...state, going: 'idle' }, outcome: { kind: 'confirmed' } };
        return ask(ladder, state, { ...fresh, index, action: 'confirm' });
    }
    const { level = '' } = state;
    const next = stepsBefore(ladder, level).find((step) => find(state, level, step.name)?.stands !== 'done');
    if (next === undefined)
        return { state: { ...state, going: 'idle' }, outcome: { kind: 'ready' } };
    const known = state.begun.findIndex((begun) => begun.level === level && begun.name === next.name);
    const begun = { level, name: next.name, step: next, stands: 'asked' };
    const index = known === -1 ? state.begun.length : known;
    const intended = { ...state, begun: state.begun.toSpliced(index, 1, begun) };
    return ask(ladder, intended, { ...fresh, index, action: 'try' in next ? 'try' : 'do' });
}
function ask(ladder, state, call) {
    const begun = state.begun[call.index];
    const request = begun && requestOf(ladder, begun, call.action);
    if (begun === undefined || request === undefined)
        return { state: withoutCall(state) };
    const transaction = `${state.attempt}/${begun.level}/${begun.name}`;
    const { action, tries } = call;
    const out = { key: `${transaction}/${action}`, transaction, step: begun.name, action, tries, request };
    return { state: { ...state, call }, call: out };
}
/** As it is declared now, so that an address can be repaired; else as it was when the step began. */
function requestOf(ladder, { level, name, step }, action) {
    const now = stepsBefore(ladder, level).find((one) => one.name === name);
    return callOf(now, action) ?? callOf(step, action);
}
function callOf(step, action) {
    return step?.[action];
}
/** The steps declared before a level. */
export function stepsBefore(ladder, name) {
    return ladder.find((level) => level.name === name)?.before ?? [];
}
/** Whether a level has steps that are not done yet. */
export function hasStepsBefore(ladder, state, name) {
    return stepsBefore(ladder, name).some((step) => state === undefined || find(state, name, step.name)?.stands !== 'done');
}
function find(state, level, name) {
    return state.begun.find((begun) => begun.level === level && begun.name === name);
}
function stand(state, index, stands) {
    return { ...state, begun: state.begun.map((begun, at) => (at === index ? { ...begun, stands } : begun)) };
}
function withoutCall(state) {
    const { call: _, ...rest } = state;
    return rest;
}
//# sourceMappingURL=step-saga.js.map