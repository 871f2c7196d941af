import type { TwoPhaseView } from '@ombre/protocol';
import { counted } from '../terminal.ts';

/** Where a two-phase change stands, in one line. It changes only where something happened. */
export function progressLine(view: TwoPhaseView): string {
  const { id, phase, version, base, revision, staged, members, quorum, awaited, joined } = view;
  if (phase === 'preparing') {
    const again = version === 1 ? '' : `, version ${version} since another change went first`;
    return `preparing ${id} on revision ${base}${again}: ${staged.length} of ${counted(members.length, 'receiver')} staged it, ${quorum} have to`;
  }
  if (phase === 'committing') {
    const all = members.length + joined.length;
    const late = list(awaited.map(({ receiver }) => receiver));
    const until = Math.max(0, ...awaited.map(({ lease }) => lease));
    return `decided: revision ${revision}; ${all - awaited.length} of ${counted(all, 'receiver')} serve it, waiting for ${late} or the end of their leases, ${seconds(until)} at most`;
  }
  return endLine(view);
}

/** How a two-phase change ended, in a sentence that says what to look at. */
export function endLine(view: TwoPhaseView): string {
  const { id, phase, revision, staged, members, quorum, aborted, askedAt, decidedAt, endedAt } = view;
  if (phase === 'committed') {
    const took = seconds((endedAt ?? 0) - (decidedAt ?? 0));
    const who =
      members.length === 0
        ? 'no gateway or OFREP server held a lease'
        : `${staged.length} of ${counted(members.length, 'receiver')} had staged it, both revisions served for ${took} at most`;
    return `revision ${revision}: ${who}`;
  }
  const missing = members.filter((member) => !staged.includes(member));
  const late = missing.length > 0 && staged.length < quorum && /in time$/.test(aborted ?? '');
  const why = late
    ? `${list(missing)} had not staged it within ${seconds((endedAt ?? 0) - askedAt)} (${staged.length} of the ${quorum} that it needs had)`
    : aborted;
  return `${id} was aborted: ${why}; nothing was changed`;
}

function seconds(milliseconds: number): string {
  const value = Math.max(0, milliseconds) / 1000;
  return `${value < 10 ? value.toFixed(2) : Math.round(value)} s`;
}

/** Names in a sentence; many are counted. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 5);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}
