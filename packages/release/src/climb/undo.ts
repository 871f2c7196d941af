import { isBegun } from '../saga/saga-state.ts';
import { around } from './around.ts';
import type { ReleaseEvent } from './event.ts';
import { rollbackSentence } from './rollback-parts.ts';
import { change, emit, notify, type Turn } from './turn.ts';

/** Copies of the data that did not agree are asked again after so long, in ms. */
const AGREE_AGAIN = 5_000;

/** Nobody is treated any more: undoes the steps around the levels, if there are any, and is then over. */
export function undo(turn: Turn): Turn {
  const { saga, rollback } = turn.state;
  if (!isBegun(saga)) return finish(turn);
  const names = saga.begun.map(({ name }) => name).toReversed();
  const text = `Undoes ${names.join(', ')} now that nobody is treated: ${rollback?.why ?? ''}`;
  // Who was called when traffic went back need not be called again.
  const alert = rollback?.cause !== 'abort' && rollback?.placedAt === undefined;
  const told = notify(turn, 'undoing', text, alert);
  return undoOn(change(told, { undoing: { agreed: false, wait: 0, told: false } }), 0);
}

/** Undoing goes on: once the copies of the data agree, step by step. */
export function undoOn(turn: Turn, elapsed: number): Turn {
  const { spec, state } = turn;
  const { undoing, saga } = state;
  if (undoing === undefined) return turn;
  if (!undoing.agreed && spec.consistency !== undefined) return askCopies(turn, elapsed);
  const event =
    saga?.going === 'back'
      ? ({ kind: 'elapsed', milliseconds: elapsed } as const)
      : ({ kind: 'back' } as const);
  const { turn: after, outcome } = around(turn, event);
  if (outcome?.kind !== 'undone') return after;
  const { rollback } = after.state;
  const undone = rollback && { ...rollback, undoneAt: turn.now };
  return finish(change(after, { rollback: undone, undoing: undefined }));
}

function askCopies(turn: Turn, elapsed: number): Turn {
  const { undoing } = turn.state;
  const checks = turn.spec.consistency;
  if (undoing === undefined || checks === undefined || undoing.key !== undefined) return turn;
  const wait = undoing.wait - elapsed;
  if (wait > 0) return change(turn, { undoing: { ...undoing, wait } });
  const asked = emit(turn, { kind: 'consistency', checks });
  return change(asked.turn, { undoing: { ...undoing, wait: 0, key: asked.key } });
}

/** What the copies of the data answered. Steps wait until they agree, and somebody is called. */
export function copiesAnswered(turn: Turn, { result, detail }: ReleaseEvent & { kind: 'result' }): Turn {
  const { undoing } = turn.state;
  if (undoing === undefined) return turn;
  const closed = { ...undoing, key: undefined };
  if (result === 'done') return undoOn(change(turn, { undoing: { ...closed, agreed: true } }), 0);
  const held = change(turn, { undoing: { ...closed, wait: AGREE_AGAIN, told: true } });
  if (undoing.told) return held;
  const text = `Steps are not undone yet, the copies of the data do not agree: ${detail ?? 'no answer'}`;
  return notify(held, 'stuck', text, true);
}

function finish(turn: Turn): Turn {
  const { rollback, afterRollback } = turn.state;
  const text = rollback === undefined ? 'Taken back.' : rollbackSentence(rollback);
  const over = notify(change(turn, { phase: 'rolled-back' }), 'rolled-back', text);
  if (afterRollback === 'delete') return emit(over, { kind: 'delete' }).turn;
  return afterRollback === 'restart' ? startOver(over) : over;
}

/** Begins again at the bottom, after a roll-back. */
export function startOver(turn: Turn): Turn {
  const { attempt, placement } = turn.state;
  const again = { phase: 'pending', attempt: attempt + 1, afterRollback: undefined, unknown: 0 } as const;
  const past = { saga: undefined, calling: undefined, rollback: undefined } as const;
  return change(turn, { ...again, ...past, since: placement.epoch });
}
