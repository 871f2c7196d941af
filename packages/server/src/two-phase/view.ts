import { type CoordinatorState, quorumOf, type TwoPhaseView } from '@ombre/protocol';
import { revisionOf, type TwoPhaseRow } from '../store/two-phase/two-phase-store.ts';

/**
 * A change as people see it; `state` where this process coordinates it, `now` on its monotonic clock. Receivers
 * stand by name: the change keeps them as they first spoke, which is another order each time.
 */
export function viewOf(row: TwoPhaseRow, state: CoordinatorState | undefined, now: number): TwoPhaseView {
  const { change, asked, decidedAt, endedAt } = row;
  const { id, phase, version, base, touches, members, joined, why = null } = change;
  const preparing = phase === 'preparing' ? state : undefined;
  return {
    id,
    phase,
    version,
    base,
    revision: revisionOf(change),
    touches,
    members: members.toSorted(),
    quorum: quorumOf(members.length),
    joined: joined.toSorted(),
    staged: (preparing?.staged ?? row.staged).toSorted(),
    awaited: (phase === 'committing' ? (state?.awaited ?? []) : []).map((receiver) => ({
      receiver,
      lease: Math.max(0, Math.ceil((state?.leases[receiver] ?? 0) - now)),
    })),
    remaining: Math.max(0, Math.ceil((preparing?.deadline ?? 0) - now)),
    aborted: why,
    author: asked.author,
    why: asked.why,
    askedAt: asked.at,
    decidedAt,
    endedAt,
  };
}
