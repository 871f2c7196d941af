import { change, emit, notify } from './turn.js';
/**
 * Takes back the levels that evidence says are worse by themselves, and no other: who they hold for is treated no more, and the step
 * is held anew. Undefined where nothing can be taken back alone: no such level has a condition of its own, it went back before, or
 * the release stands still.
 */
export function returnSlices(turn, evidence) {
    const { spec, state } = turn;
    const names = evidence.flatMap(({ returns = [] }) => returns);
    const gone = (state.move?.placement ?? state.placement).except ?? [];
    const wanted = spec.ladder.filter(({ name, when }) => names.includes(name) && when !== undefined);
    const slices = wanted.filter(({ when }) => gone.every((one) => one.when !== when));
    const onItsWay = state.move !== undefined;
    if (onItsWay && wanted.length > 0 && slices.length === 0)
        return turn;
    const moves = state.phase === 'dwelling' || state.phase === 'watching';
    if (slices.length === 0 || onItsWay || !moves)
        return undefined;
    const levels = slices.map(({ name }) => name).join(', ');
    const except = [...gone, ...slices.map(({ when = '' }) => ({ when, share: 0 }))];
    const placement = { ...state.placement, except, epoch: state.placement.epoch + 1 };
    const asked = emit(turn, { kind: 'place', placement, why: `${levels} alone goes back` });
    const why = evidence.filter(({ returns }) => returns !== undefined).map(({ sentence }) => sentence);
    const moved = change(asked.turn, {
        phase: 'climbing',
        move: { key: asked.key, placement },
        evidenceFrom: undefined,
        held: 0,
        undecided: 0,
    });
    return notify(moved, 'level', `Takes back ${levels} alone: ${why.join('; ')}`, true);
}
//# sourceMappingURL=return-slices.js.map