import { commands } from './commands.js';
import { freeze, restartHold } from './freeze.js';
import { takeResult } from './results.js';
import { takeBack } from './take-back.js';
import { tick } from './tick.js';
import { change, emit, notify } from './turn.js';
/**
 * What an event makes of a release: its next state, and what the shell shall do. Never throws; the same state, event and
 * time give the same answer. The shell writes state and effects in one transaction, performs effects at least once with their
 * keys, and hands the results back as events; repeated and late events change nothing.
 */
export function step(spec, state, event, now) {
    const handle = handlers[event.kind];
    const after = handle({ spec, state, effects: [], now }, event);
    return { state: compact(after.state), effects: after.effects };
}
const handlers = {
    tick,
    command: (turn, { command, by, why }) => commands[command](turn, { by, why }),
    placed: (turn, { epoch, revision }) => {
        const { move, rollback, phase } = turn.state;
        // An older move that went in before the one now waited for.
        if (move === undefined || epoch < move.placement.epoch)
            return turn;
        const confirmed = change(turn, { placement: { ...move.placement, epoch }, revision, move: undefined });
        if (phase !== 'rolling-back' || rollback === undefined)
            return confirmed;
        return change(confirmed, { rollback: { ...rollback, placedAt: turn.now } });
    },
    result: takeResult,
    changed: (turn, { what }) => {
        if (!isClimbing(turn.state))
            return turn;
        const why = `${what.join(', ')} changed while it climbs`;
        const { onChange = 'refuse' } = turn.spec;
        if (onChange === 'refuse')
            return freeze(turn, 'changed', `Frozen: ${why}`);
        if (onChange === 'restart') {
            const back = takeBack(change(turn, { afterRollback: 'restart' }), {
                cause: 'changed',
                why,
                by: 'onChange',
            });
            return back;
        }
        return notify(restartHold(turn), 'level', `Holds this step anew: ${why}`);
    },
    killed: (turn, { by }) => freeze(change(turn, { killed: true }), 'killed', `The flag was killed by ${by}; resume after lifting it.`),
    lifted: (turn) => change(turn, { killed: false }),
    deleted: (turn, { by }) => {
        const { phase } = turn.state;
        const marked = change(turn, { afterRollback: 'delete' });
        if (phase === 'rolled-back' || phase === 'landed')
            return emit(marked, { kind: 'delete' }).turn;
        return takeBack(marked, { cause: 'deleted', why: `deleted by ${by}`, by });
    },
};
const CLIMBING = ['climbing', 'dwelling', 'waiting', 'frozen', 'watching'];
/** Before its first move a release may be edited at will. */
function isClimbing({ phase, frozen, placement, move }) {
    const began = placement.reached > 0 || move !== undefined;
    return began && CLIMBING.includes(phase) && frozen?.from !== 'pending' && frozen?.from !== 'completed';
}
/** Without keys that hold nothing, so that a state read back from JSON equals the one that was written. */
function compact(state) {
    const kept = Object.entries(state).filter(([, value]) => value !== undefined);
    return Object.fromEntries(kept);
}
//# sourceMappingURL=step.js.map