import {
  type CoordinatorEvent,
  type CoordinatorState,
  isUnderWay,
  type TwoPhaseChange,
} from '@ombre/protocol';
import type { TwoPhaseAsked, TwoPhaseRow } from '../store/two-phase/two-phase-store.ts';

/** The record after a step: what the machine says of the change, and what people want to know of it. `now` in ms since 1970. */
export function nextRecord(
  known: TwoPhaseRow | undefined,
  asked: TwoPhaseAsked,
  step: {
    readonly lineage: string;
    readonly before: CoordinatorState;
    readonly event: CoordinatorEvent;
    readonly change: TwoPhaseChange;
  },
  now: number,
): TwoPhaseRow {
  const { lineage, before, event, change } = step;
  const { decidedAt = null, endedAt = null, staged = [] } = known ?? {};
  const next: TwoPhaseRow = { lineage, change, asked, staged, decidedAt, endedAt };
  const { phase, id, members } = change;
  if (phase === 'preparing') return next;
  const voted = event.type === 'acknowledged' && event.staged?.id === id ? [event.receiver] : [];
  const votes = [...new Set([...before.staged, ...voted])].filter((one) => members.includes(one));
  return {
    ...next,
    staged: before.change?.phase === 'preparing' ? votes : staged,
    decidedAt: phase === 'aborted' ? null : (decidedAt ?? now),
    endedAt: phase === 'committing' ? null : now,
  };
}

/** The record at the end of its lineage, when a backup was restored under the change: what was not decided never will be. Undefined: it has ended. */
export function lastRecord(row: TwoPhaseRow, now: number): TwoPhaseRow | undefined {
  const { change } = row;
  if (!isUnderWay(change)) return undefined;
  const ended: TwoPhaseChange =
    change.phase === 'committing'
      ? { ...change, phase: 'committed' }
      : { ...change, phase: 'aborted', why: 'a backup was restored' };
  return { ...row, change: ended, endedAt: now };
}
