import type { WireDiff } from '@ombre/protocol';
import { paint, type Terminal } from './terminal.ts';

const signs = { removed: ['red', '-'], changed: ['yellow', '~'], added: ['green', '+'] } as const;

/** A structural diff for people: one line a resource, deletions first, one indented line a path. */
export function formatDiff(terminal: Terminal, diff: readonly WireDiff[]): string {
  if (diff.length === 0) return 'no difference\n';
  const order = ['removed', 'changed', 'added'] as const;
  const lines: string[] = [];
  for (const change of order) {
    for (const one of diff.filter((candidate) => candidate.change === change)) {
      const [colour, sign] = signs[change];
      lines.push(
        `${paint(terminal, colour, `${sign} ${one.key}`)}${moves(one.moves)}${change === 'removed' && (one.moves ?? []).length > 0 ? ' to the default of their code' : ''}`,
      );
      if (change !== 'changed') continue;
      for (const { path, from, to } of one.paths) lines.push(`    ${path}: ${short(from)} → ${short(to)}`);
    }
  }
  const counts = order.map((change) => `${diff.filter((one) => one.change === change).length} ${change}`);
  return `${lines.join('\n')}\n${counts.join(', ')}\n`;
}

/** Who moves, as far as it is known: `~ Flag/x  30 % of all units move`; several flags where a segment or table moved them. */
function moves(movements: WireDiff['moves']): string {
  const moving = (movements ?? []).filter(({ share }) => share > 0);
  return moving
    .map(({ flag, share, atMost, basis, of }, _, all) => {
      const upTo = atMost === undefined || atMost === share ? '' : ` to ${percent(atMost)}`;
      const whose = all.length > 1 ? ` in ${flag}` : '';
      return `  ${basis === 'estimated' ? 'about ' : ''}${percent(share)}${upTo} of ${of} move${whose}`;
    })
    .join(',');
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function short(value: unknown): string {
  if (value === undefined) return '(absent)';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
