import type { ReleaseView, RollbackView } from '@ombre/protocol';
import { count, duration, percent, timeOfDay } from './wording.ts';

const PARTS = ['detection', 'decision', 'propagation', 'drain'] as const;

/** Why a release was taken back, where it stood, how long each part took, and who was hurt. Empty for one that was not. */
export function rollbackLines(view: ReleaseView, now: number): readonly string[] {
  const { rollback } = view;
  if (rollback === undefined) return [];
  const going = view.phase === 'rolling-back';
  const blast = rollback.blast ?? view.blast;
  const begun = rollback.stood?.length !== 0;
  return [
    `${going ? 'Going back since' : 'Taken back at'} ${timeOfDay(rollback.decidedAt, now)}`,
    `  why        ${rollback.why}`,
    `  decided    by ${rollback.by}${sourceOf(rollback)}`,
    ...forWhom(view, rollback),
    ...(begun ? [`  took       ${took(rollback, going)}`] : []),
    ...(begun && blast !== undefined ? [`  hurt       ${hurt(blast)}`] : []),
  ];
}

function sourceOf({ evidence }: RollbackView): string {
  const sources = evidence.map(({ guard, source, window }) => {
    return `${guard} of ${source}, over ${duration(window.to - window.from)}`;
  });
  return sources.length === 0 ? '' : `: ${sources.join('; ')}`;
}

/** Who had the change when it was decided. */
function forWhom(view: ReleaseView, { stood }: RollbackView): readonly string[] {
  if (stood === undefined) return [];
  if (stood.length === 0) return [`  for whom   nobody had ${view.to} of ${view.flag} yet`];
  const levels = stood.map(({ level, share }) => {
    const when = view.ladder.find(({ name }) => name === level)?.when;
    return `${level} at ${percent(share)} of ${when ?? 'everybody'}`;
  });
  return [`  for whom   those with ${view.to} of ${view.flag}: ${levels.join(', ')}`];
}

function took(
  { parts, decidedAt, faultAt, activatedAt, drainedAt, open = 0 }: RollbackView,
  going: boolean,
): string {
  const known = PARTS.flatMap((part) => {
    const ms = parts[part];
    return ms === undefined ? [] : [`${part} ${precise(ms)}`];
  });
  const end = drainedAt ?? activatedAt;
  if (end === undefined) return known.join(', ') || (going ? 'not over yet' : 'no time that is known');
  const from = faultAt ?? decidedAt;
  const what = drainedAt === undefined ? 'the last process had it' : 'the last request on it';
  const began = faultAt === undefined ? 'the decision' : 'the fault';
  const left = open === 0 ? '' : `; ${count(open, 'request')} still open on it`;
  return `${precise(end - from)} from ${began} until ${what}${known.length === 0 ? '' : `: ${known.join(', ')}`}${left}`;
}

function hurt({
  requests,
  treated,
  units,
  bad,
  expected,
  slow = [],
}: NonNullable<ReleaseView['blast']>): string {
  const beyond = Math.max(0, bad - expected);
  const share =
    requests === 0 ? '' : `, ${percent(beyond / requests)} of all ${requests} requests of the climb`;
  const late = slow.flatMap((one) => {
    const many = one.bad - one.expected;
    return many < 0.5 ? [] : [`; ${Math.round(many)} beyond it took over ${duration(one.over)}`];
  });
  return `${count(beyond, 'bad response')} beyond control's rate${share}${late.join('')}; ${count(treated, 'request')} of ${count(units, 'unit')} had the change`;
}

/** Seconds to the hundredth. */
function precise(ms: number): string {
  return `${Number((ms / 1000).toFixed(2))} s`;
}
