import type { ArmTraffic, ReleaseLogLine, ReleaseView } from '@ombre/protocol';
import { paint, type Terminal } from '../../terminal.ts';
import { ladderLines } from './ladder-lines.ts';
import { rollbackLines } from './rollback-lines.ts';
import { duration, percent, timeOfDay } from './wording.ts';

const colours = { good: 'green', bad: 'red', undecided: 'cyan', unknown: 'yellow' } as const;

/** All that a release's view says, for people; `events` of its log at most, the newest last. */
export function viewLines(
  terminal: Terminal,
  view: ReleaseView,
  now: number,
  events: number,
): readonly string[] {
  const { name, flag, from, to, attempt, epoch, revision } = view;
  const moved = epoch === 0 ? '' : `, epoch ${epoch} at revision ${revision}`;
  const again = attempt === 1 ? '' : `, attempt ${attempt}`;
  const rollback = rollbackLines(view, now);
  return [
    `${paint(terminal, 'bold', name)}  ${flag} ${from} → ${to}  ${paint(terminal, 'bold', stateOf(view, now))}${moved}${again}`,
    '',
    ...ladderLines(terminal, view),
    '',
    ...haltedLines(terminal, view, now),
    ...(isOver(view) ? [] : presentLines(terminal, view)),
    ...(rollback.length === 0 ? [] : [...rollback, '']),
    ...(view.landing ?? []).flatMap(({ sentence, diff }) => [
      sentence,
      ...(diff === '' ? [] : indented(diff)),
      '',
    ]),
    ...logLines(terminal, view.events.slice(events === 0 ? view.events.length : -events), now),
    ...nextLines(view),
  ];
}

/** Phase and where: `dwelling at region, 90 %`. */
export function stateOf(view: ReleaseView, now: number): string {
  const { phase, frozen, waiting, step, at } = view;
  if (frozen !== undefined)
    return `frozen (${frozen.causes.join(', ')}) for ${duration(Math.max(0, now - frozen.since))}`;
  if (waiting !== undefined) return `waiting for ${waiting.gate} before ${waiting.level}`;
  if (step !== undefined) {
    const again = step.tries > 1 ? `, try ${step.tries}` : '';
    return `${phase}: asks ${step.name} of ${step.level} to ${step.action}${again}`;
  }
  return at === undefined || phase === 'completed' ? phase : `${phase} at ${at.level}, ${percent(at.share)}`;
}

function haltedLines(terminal: Terminal, { halted }: ReleaseView, now: number): readonly string[] {
  if (halted === undefined) return [];
  const since = duration(Math.max(0, now - halted.since));
  const text = `nothing has moved for ${since}, since the control plane cannot work: ${halted.why} It goes on by itself when that is over.`;
  return [paint(terminal, 'red', text), ''];
}

function isOver({ phase }: ReleaseView): boolean {
  return phase === 'rolled-back' || phase === 'landed';
}

function presentLines(terminal: Terminal, view: ReleaseView): readonly string[] {
  const { phase, health, traffic, receivers, to } = view;
  const { live, activated } = receivers;
  return [
    `health     ${phase === 'completed' ? 'no longer watched' : paint(terminal, colours[health.verdict], health.verdict)}`,
    ...health.evidence.map(
      ({ guard, verdict, sentence }) =>
        `           ${paint(terminal, colours[verdict], '•')} ${guard}: ${sentence}`,
    ),
    `traffic    ${to} ${armText(traffic.treatment)}; control ${armText(traffic.control)}`,
    `receivers  ${live === 0 ? 'none' : live > 1 && activated === live ? `all ${live} have the last move` : `${activated} of ${live} ${activated === 1 ? 'has' : 'have'} the last move`}`,
    '',
  ];
}

export function armText({ requestsPerSecond, errorRate }: ArmTraffic): string {
  const failed = errorRate === null ? '' : `, ${percent(errorRate)} failed`;
  return `${Number(requestsPerSecond.toPrecision(3))} requests/s${failed}`;
}

/** Lines of the log, each with its time. */
export function logLines(
  terminal: Terminal,
  lines: readonly ReleaseLogLine[],
  now: number,
): readonly string[] {
  return lines.map(({ at, kind, text, alert }) => {
    const word = kind.padEnd(12);
    const marked = alert === true ? paint(terminal, 'red', word) : paint(terminal, 'cyan', word);
    return `${paint(terminal, 'dim', timeOfDay(at, now))}  ${marked}  ${text}`;
  });
}

/** What a person may do now, where it waits for one. */
function nextLines({ name, phase, waiting, frozen }: ReleaseView): readonly string[] {
  if (waiting?.gate === 'approval') return [`next: ombre release approve ${name}`];
  if (frozen?.causes.includes('killed')) return [`next: lift the kill, then ombre release resume ${name}`];
  if (frozen?.causes.includes('undecided'))
    return [`next: ombre release resume ${name} to hold it anew, or promote, or abort`];
  if (frozen?.causes.some((cause) => cause !== 'unknown'))
    return [`next: ombre release resume ${name}, or ombre release abort ${name}`];
  if (phase === 'completed') return [`next: ombre release land ${name}`];
  if (phase === 'rolled-back') return [`next: mend it, then ombre release resume ${name}`];
  return [];
}

function indented(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}
