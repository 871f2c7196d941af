import { faultOf } from '../health/health.js';
import { isFinal } from '../saga/saga-state.js';
import { freeze } from './freeze.js';
import { moveToNobody } from './moves.js';
import { NO_ROUNDS } from './state.js';
import { change, notify, refuse } from './turn.js';
import { undo } from './undo.js';
/** What a failure asks for: going back, or staying where going back is not safe. */
export function fail(turn, reason) {
    if (turn.spec.onFailure !== 'freeze')
        return takeBack(turn, reason);
    return freeze(turn, 'failure', `Failed, and stays where it is: ${reason.why}`);
}
/** Goes back; waits for nothing, whatever was asked for before. */
export function takeBack(turn, { cause, why, by, evidence = [] }) {
    const { state, now } = turn;
    if (state.phase === 'rolling-back' || state.phase === 'rolled-back' || state.phase === 'landed')
        return turn;
    if (isFinal(state.saga))
        return refuse(turn, 'Cannot go back: what was reserved is confirmed. Land it.');
    const faultAt = faultOf(evidence);
    const record = {
        cause,
        why,
        by,
        evidence: evidence.filter(({ verdict }) => verdict === 'bad'),
        ...(faultAt === undefined ? {} : { faultAt, detectedAt: now }),
        decidedAt: now,
    };
    const leaving = change(turn, {
        phase: 'rolling-back',
        rollback: record,
        at: undefined,
        frozen: undefined,
        gate: undefined,
        landing: undefined,
        evidenceFrom: undefined,
        held: 0,
        undecided: 0,
        quiet: 0,
        probes: NO_ROUNDS,
    });
    if (state.move === undefined && state.placement.reached === 0)
        return undo(leaving);
    return notify(moveToNobody(leaving, why), 'rolling-back', `Goes back: ${why}`, cause !== 'abort');
}
/**
 * Confirms a roll-back by what is seen: every live receiver has activated it, and nothing reached `to` for two ticks in a
 * row. Where nobody counts traffic, acknowledgements must do.
 */
export function confirm(turn, tick, elapsed) {
    const { rollback, move } = turn.state;
    if (rollback === undefined || move !== undefined)
        return turn;
    const { to, blast } = tick.traffic;
    const quiet = to === undefined || to === 0 ? turn.state.quiet + elapsed : 0;
    const known = { ...rollback, ...(blast === undefined ? {} : { blast }) };
    if (rollback.activatedAt === undefined && tick.receivers.activated < tick.receivers.live) {
        return change(turn, { quiet, rollback: known });
    }
    const activatedAt = rollback.activatedAt ?? turn.now;
    const activated = { ...known, activatedAt };
    if (to === undefined)
        return undo(change(turn, { rollback: activated }));
    if (quiet < 2 * tick.interval)
        return change(turn, { quiet, rollback: activated });
    const drainedAt = Math.max(activatedAt, turn.now - quiet);
    return undo(change(turn, { quiet, rollback: { ...activated, drainedAt } }));
}
//# sourceMappingURL=take-back.js.map