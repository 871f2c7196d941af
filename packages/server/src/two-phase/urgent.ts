import type { Placement } from '@ombre/decide/model';
import type { LoggedChange } from '../store/store.ts';

/** Placements as they were, by the release's name. */
export type Placements = ReadonlyMap<string, Placement>;

/** Whether a change is a kill or a roll-back: those abort a two-phase change that is not decided yet. */
export function isUrgent({ change, writes }: LoggedChange, before: Placements): boolean {
  if (change.action === 'restore' || change.action === 'break-glass') return true;
  return writes.some((write) => {
    if (write.kind === 'Override') return write.row?.kind === 'kill';
    if (write.kind !== 'Placement' || write.row === null) return false;
    return goesBack(before.get(write.name), write.row.placement);
  });
}

/** The placements after a change. */
export function placedBy({ writes }: LoggedChange, before: Placements): Placements {
  const after = new Map(before);
  for (const write of writes) {
    if (write.kind !== 'Placement') continue;
    if (write.row === null) after.delete(write.name);
    else after.set(write.name, write.row.placement);
  }
  return after;
}

/** A release that serves fewer units than before, or takes a slice back. */
function goesBack(before: Placement | undefined, after: Placement): boolean {
  if (before === undefined) return false;
  const fewer = before.shares.some((share, level) => (after.shares[level] ?? 0) < share);
  return fewer || (after.except ?? []).length > (before.except ?? []).length;
}
