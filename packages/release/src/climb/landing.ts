import { isReserved } from '../saga/saga-state.ts';
import type { SagaEvent } from '../saga/step-saga.ts';
import { around } from './around.ts';
import type { ReleaseEvent } from './event.ts';
import { change, emit, notify, type Turn } from './turn.ts';

/** Writes `to` into the spec; what is reserved is confirmed first, and from then on nothing goes back. */
export function land(turn: Turn): Turn {
  const { saga, landing } = turn.state;
  if (landing !== undefined || saga?.going === 'confirm') return turn;
  if (!isReserved(saga)) return writeSpec(turn);
  const told = notify(turn, 'waiting', 'Lands as soon as what is reserved is confirmed.');
  return confirmOn(told, { kind: 'confirm' });
}

/** Confirming goes on; the release lands when it is done. */
export function confirmOn(turn: Turn, event: SagaEvent): Turn {
  const { turn: after, outcome } = around(turn, event);
  return outcome?.kind === 'confirmed' ? writeSpec(after) : after;
}

function writeSpec(turn: Turn): Turn {
  const asked = emit(turn, { kind: 'land' });
  return change(asked.turn, { landing: asked.key });
}

/** What became of writing the spec. */
export function landed(turn: Turn, { result, detail }: ReleaseEvent & { kind: 'result' }): Turn {
  if (result === 'unknown') return turn;
  const closed = change(turn, { landing: undefined });
  if (result === 'failed') return notify(closed, 'refused', `Cannot land: ${detail ?? 'refused'}`, true);
  return notify(change(closed, { phase: 'landed' }), 'landed', 'Landed: the spec says so now.');
}
