import type { CoordinatorEvent, CoordinatorState, TwoPhaseChange } from '@ombre/protocol';
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
