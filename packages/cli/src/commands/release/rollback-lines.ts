import type { ReleaseView, RollbackView } from '@ombre/protocol';
import { count, duration, percent, timeOfDay } from './wording.ts';

const PARTS = ['detection', 'decision', 'propagation', 'drain'] as const;

/** Why a release was taken back, where it stood, how long each part took, and who was hurt. Empty for one that was not. */
export function rollbackLines(view: ReleaseView, now: number): readonly string[] {
  const { rollback } = view;
  if (rollback === undefined) return [];
  const going = view.phase === 'rolling-back';
  const blast = rollback.blast ?? view.blast;
  return [
    `${going ? 'Going back since' : 'Taken back at'} ${timeOfDay(rollback.decidedAt, now)}`,
    `  why        ${rollback.why}`,
    `  decided    by ${rollback.by}${sourceOf(rollback)}`,
    ...forWhom(view, rollback),
    `  took       ${took(rollback)}`,
    ...(blast === undefined ? [] : [`  hurt       ${hurt(blast)}`]),
  ];
}

function sourceOf({ evidence }: RollbackView): string {
  const sources = evidence.map(({ guard, source, window }) => {
    return `${guard} of ${source}, over ${duration(window.to - window.from)}`;
  });
  return sources.length === 0 ? '' : `: ${sources.join('; ')}`;
}

/** Where it stood, as the log had said before. */
function forWhom(view: ReleaseView, { decidedAt }: RollbackView): readonly string[] {
  const moved = view.events.findLast(
    ({ at, kind }) => at <= decidedAt && (kind === 'started' || kind === 'level'),
  );
  const level = moved === undefined ? undefined : /level (\S+) at ([\d.]+ %)/.exec(moved.text);
  if (level?.[1] === undefined) return [];
  const when = view.ladder.find(({ name }) => name === level[1])?.when;
  return [
    `  for whom   those with ${view.to} of ${view.flag}: ${level[1]} at ${level[2]} of ${when ?? 'everybody'}`,
  ];
}

function took({ parts, decidedAt, faultAt, activatedAt, drainedAt }: RollbackView): string {
  const known = PARTS.flatMap((part) => {
    const ms = parts[part];
    return ms === undefined ? [] : [`${part} ${precise(ms)}`];
  });
  const end = drainedAt ?? activatedAt;
  if (end === undefined) return known.join(', ') || 'not over yet';
  const from = faultAt ?? decidedAt;
  const what = drainedAt === undefined ? 'the last process had it' : 'the last request on it';
  const began = faultAt === undefined ? 'the decision' : 'the fault';
  return `${precise(end - from)} from ${began} until ${what}${known.length === 0 ? '' : `: ${known.join(', ')}`}`;
}

function hurt({ requests, treated, units, bad, expected }: NonNullable<ReleaseView['blast']>): string {
  const beyond = Math.max(0, bad - expected);
  const share =
    requests === 0 ? '' : `, ${percent(beyond / requests)} of all ${requests} requests of the climb`;
  return `${count(beyond, 'bad response')} beyond control's rate${share}; ${count(treated, 'request')} of ${count(units, 'unit')} had the change`;
}

/** Seconds to the hundredth. */
function precise(ms: number): string {
  return `${Number((ms / 1000).toFixed(2))} s`;
}
