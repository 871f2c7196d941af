/** No round asked, none failed. */
export const NO_ROUNDS = { since: 0, open: [], answers: [], failed: 0, unknown: 0, detail: '' };
/** A release before anything happened; `placement` is what the store holds for it, if it was placed before. */
export function startRelease(placement) {
    return {
        format: 1,
        phase: 'pending',
        attempt: 1,
        placement,
        revision: -1,
        held: 0,
        undecided: 0,
        unknown: 0,
        quiet: 0,
        killed: false,
        probes: NO_ROUNDS,
        sequence: 0,
    };
}
//# sourceMappingURL=state.js.map