export function startSaga(attempt) {
    return { attempt, going: 'idle', begun: [] };
}
/** Whether anything was begun that is not undone. */
export function isBegun(saga) {
    return saga?.begun.some(({ stands }) => stands !== 'undone') ?? false;
}
/** Whether steps are under way: a release whose resource is gone is still to be followed until they are not. */
export function isUnderWay(saga) {
    return saga !== undefined && saga.going !== 'idle';
}
/** Whether a step can be undone no more. */
export function isFinal(saga) {
    return saga?.going === 'confirm' || (saga?.begun.some(({ stands }) => stands === 'confirmed') ?? false);
}
/** Whether reservations wait to be confirmed. */
export function isReserved(saga) {
    return saga?.begun.some(({ stands, step }) => stands === 'done' && 'try' in step) ?? false;
}
//# sourceMappingURL=saga-state.js.map