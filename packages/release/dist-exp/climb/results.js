import { around } from './around.js';
import { confirmOn, landed } from './landing.js';
import { advancePastGate, carryOn, GATE_AGAIN } from './moves.js';
import { answerProbe } from './probe-rounds.js';
import { fail } from './take-back.js';
import { change, notify } from './turn.js';
import { copiesAnswered, undoOn } from './undo.js';
/** What became of an effect. Answers to effects nobody waits for any more change nothing. */
export function takeResult(turn, event) {
    const { move, gate, landing, probes, calling, undoing } = turn.state;
    if (event.key === move?.key)
        return moveRefused(turn, event);
    if (event.key === gate?.key)
        return gateAnswered(turn, event);
    if (event.key === landing)
        return landed(turn, event);
    if (event.key === calling)
        return stepAnswered(turn, event);
    if (event.key === undoing?.key)
        return copiesAnswered(turn, event);
    return probes.open.includes(event.key) ? answerProbe(turn, event) : turn;
}
/** The store would not have the move: it is asked for again at the next tick, from where the store stands. */
function moveRefused(turn, { result, epoch, detail }) {
    const { move } = turn.state;
    if (move === undefined || result !== 'failed')
        return turn;
    const placement = epoch === undefined ? move.placement : { ...move.placement, epoch: epoch + 1 };
    const refused = change(turn, { move: { ...move, placement, refused: true } });
    return notify(refused, 'refused', `A move was refused: ${detail ?? 'no reason given'}`, true);
}
function gateAnswered(turn, { result, detail }) {
    const { gate, phase } = turn.state;
    if (gate === undefined)
        return turn;
    if (result === 'done' && phase === 'waiting')
        return advancePastGate(turn);
    // While frozen an agreement is not kept: it is asked for again as soon as the release goes on.
    const quiet = result === 'done' ? GATE_AGAIN : 0;
    const told = gate.told || result !== 'done';
    const closed = change(turn, { gate: { ...gate, key: undefined, quiet, told } });
    if (result === 'done' || gate.told)
        return closed;
    return notify(closed, 'waiting', `The gate does not agree yet: ${detail ?? 'no answer'}`, true);
}
/** What a participant answered. The next step follows at once, unless the release is frozen. */
function stepAnswered(turn, { result, detail }) {
    const answer = { kind: 'answer', result, ...(detail !== undefined && { detail }) };
    const { turn: after, outcome } = around(change(turn, { calling: undefined }), answer);
    const { phase, saga } = after.state;
    if (outcome?.kind === 'refused' && phase !== 'rolling-back') {
        const why = `step ${outcome.step} was refused: ${outcome.why}`;
        return fail(after, { cause: 'saga', why, by: 'steps' });
    }
    const now = { kind: 'elapsed', milliseconds: 0 };
    if (phase === 'rolling-back')
        return undoOn(after, 0);
    if (phase === 'completed')
        return saga?.going === 'confirm' ? confirmOn(after, now) : after;
    return phase === 'waiting' && saga?.going === 'forward' ? carryOn(after, now) : after;
}
//# sourceMappingURL=results.js.map