import type { FreezeCause, Phase } from './state.ts';
import { change, notify, type Turn } from './turn.ts';

/** Phases that can be frozen. */
const FREEZABLE: readonly Phase[] = [
  'pending',
  'climbing',
  'dwelling',
  'waiting',
  'frozen',
  'watching',
  'completed',
];

export function canFreeze({ state }: Turn): boolean {
  return FREEZABLE.includes(state.phase);
}

/** Stays where it is, for one reason more; says so once for each. */
export function freeze(turn: Turn, cause: FreezeCause, text: string): Turn {
  const { state, now } = turn;
  if (!canFreeze(turn) || state.frozen?.causes.includes(cause)) return turn;
  const { causes, from, since } = state.frozen ?? { causes: [], from: state.phase, since: now };
  const frozen = { causes: [...causes, cause], from, since };
  return notify(change(turn, { phase: 'frozen', frozen }), 'frozen', text, cause !== 'paused');
}

/** Takes reasons away; without one left it goes on where it was. */
export function thaw(turn: Turn, gone: readonly FreezeCause[], text: string): Turn {
  const { frozen } = turn.state;
  if (frozen === undefined || !frozen.causes.some((cause) => gone.includes(cause))) return turn;
  const causes = frozen.causes.filter((cause) => !gone.includes(cause));
  if (causes.length > 0) return change(turn, { frozen: { ...frozen, causes } });
  const undecided = gone.includes('undecided') ? 0 : turn.state.undecided;
  return notify(change(turn, { phase: frozen.from, frozen: undefined, undecided }), 'thawed', text);
}
