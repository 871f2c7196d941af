import type { Command } from './event.ts';
import { canFreeze, freeze, thaw } from './freeze.ts';
import { land } from './landing.ts';
import { advancePastGate } from './moves.ts';
import { takeBack } from './take-back.ts';
import { change, refuse, type Turn } from './turn.ts';
import { startOver } from './undo.ts';

/** Who asks, and why. */
type Asked = { readonly by: string; readonly why: string };

/** `ann: lunch`, or who it was alone where no reason was given. */
function said({ by, why }: Asked): string {
  return why === '' ? by : `${by}: ${why}`;
}

/** What each command of a person does. */
export const commands: { readonly [C in Command]: (turn: Turn, asked: Asked) => Turn } = {
  pause: (turn, asked) =>
    canFreeze(turn)
      ? freeze(turn, 'paused', `Paused by ${said(asked)}`)
      : refuse(turn, `Cannot pause: it is ${turn.state.phase}.`),
  resume: (turn, asked) => {
    const { phase, killed, afterRollback } = turn.state;
    if (killed) return refuse(turn, 'Cannot resume: the flag is killed; lift the kill first.');
    if (phase === 'rolled-back' && afterRollback !== 'delete') return startOver(turn);
    if (phase !== 'frozen') return refuse(turn, `Cannot resume: it is ${phase}.`);
    return thaw(
      turn,
      ['paused', 'failure', 'undecided', 'changed', 'killed'],
      `Goes on, asked by ${said(asked)}`,
    );
  },
  promote: (turn) => {
    const { phase, frozen, move, saga } = turn.state;
    const held = frozen?.causes.find((cause) => cause === 'paused' || cause === 'killed');
    if (held !== undefined) return refuse(turn, `Cannot promote: it is ${held}; resume it first.`);
    if (move !== undefined) return refuse(turn, 'Cannot promote: its last move is not confirmed yet.');
    if (phase === 'waiting' && saga?.going === 'forward') return refuse(turn, `Cannot promote: ${BUSY}.`);
    const from = frozen?.from ?? phase;
    return PROMOTABLE.includes(from)
      ? advancePastGate(turn)
      : refuse(turn, `Cannot promote: it is ${phase}.`);
  },
  abort: (turn, { by, why }) => {
    const { phase, afterRollback } = turn.state;
    if (phase === 'rolled-back' || phase === 'landed') return refuse(turn, `Cannot abort: it is ${phase}.`);
    // Whoever aborts does not want it to start again by itself.
    const over = afterRollback === 'restart' ? change(turn, { afterRollback: undefined }) : turn;
    return takeBack(over, { cause: 'abort', why: why || `aborted by ${by}`, by });
  },
  approve: (turn) => {
    const { phase, saga } = turn.state;
    if (phase === 'waiting' && saga?.going === 'forward') return refuse(turn, `Cannot approve: ${BUSY}.`);
    return phase === 'waiting'
      ? advancePastGate(turn)
      : refuse(turn, `Nothing waits for approval: it is ${phase}.`);
  },
  land: (turn) => {
    const { phase } = turn.state;
    return phase === 'completed' ? land(turn) : refuse(turn, `Cannot land: it is ${phase}, not completed.`);
  },
};

const BUSY = 'the steps before the next level are not done yet';
const PROMOTABLE: readonly string[] = ['pending', 'climbing', 'dwelling', 'waiting', 'watching'];
