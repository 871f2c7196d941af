export function change(turn, patch) {
    return { ...turn, state: { ...turn.state, ...patch } };
}
/** Adds an effect under a key of its own. */
export function emit(turn, effect) {
    const sequence = turn.state.sequence + 1;
    const key = `${effect.kind}/${sequence}`;
    const effects = [...turn.effects, { ...effect, key }];
    return { turn: { ...change(turn, { sequence }), effects }, key };
}
export function notify(turn, topic, text, alert = false) {
    return emit(turn, { kind: 'notify', topic, alert, text }).turn;
}
/** A command that cannot be carried out changes nothing but says so. */
export function refuse(turn, text) {
    return notify(turn, 'refused', text);
}
//# sourceMappingURL=turn.js.map