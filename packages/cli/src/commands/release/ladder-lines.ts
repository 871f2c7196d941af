import type { LadderLevel, ReleaseView } from '@ombre/protocol';
import { formatTable } from '../../table.ts';
import { paint, type Terminal } from '../../terminal.ts';
import { bar, duration, percent } from './wording.ts';

const BAR = 16;
/** The longest condition shown whole. */
const LONGEST = 40;

/** The ladder as it stands: a mark, who each level is for, its share and hold; the hold of the present one as a bar. */
export function ladderLines(terminal: Terminal, view: ReleaseView): readonly string[] {
  const rows = view.ladder.map((level) => {
    const here = isHere(view, level.name);
    const mark = here ? '▸' : level.returned === true ? '↩' : level.reached ? '✓' : ' ';
    const share =
      here && view.at !== undefined && view.at.share !== level.share
        ? `${percent(view.at.share)} of ${percent(level.share)}`
        : percent(level.share);
    return [`${mark} ${level.name}`, shorten(level.when ?? 'everybody'), share, holdOf(view, level)];
  });
  const [heading = '', ...lines] = formatTable(['  level', 'who', 'share', 'hold'], rows)
    .trimEnd()
    .split('\n');
  return [
    paint(terminal, 'dim', heading),
    ...lines.map((line, index) => {
      const level = view.ladder[index];
      if (level !== undefined && isHere(view, level.name)) return paint(terminal, 'bold', line);
      return level?.reached === true ? line : paint(terminal, 'dim', line);
    }),
    ...watchLine(view),
  ];
}

/** Whether it goes to a step of this level or holds it. */
function isHere({ at, phase }: ReleaseView, name: string): boolean {
  return at?.level === name && phase !== 'watching' && phase !== 'completed';
}

function holdOf(view: ReleaseView, { name, dwell, gate, returned }: LadderLevel): string {
  const { at } = view;
  if (returned === true) return 'taken back alone';
  if (at === undefined || !isHere(view, name)) return gate === undefined ? dwell : `${dwell}, after ${gate}`;
  const part = at.dwell === 0 ? 1 : at.held / at.dwell;
  return `${bar(part, BAR)} ${duration(Math.min(at.held, at.dwell))} of ${duration(at.dwell)}`;
}

function watchLine({ watch, phase }: ReleaseView): readonly string[] {
  if (watch === undefined || phase !== 'watching') return [];
  const part = watch.dwell === 0 ? 1 : watch.held / watch.dwell;
  return [`  watched   ${bar(part, BAR)} ${duration(watch.held)} of ${duration(watch.dwell)}`];
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
