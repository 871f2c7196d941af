import type { ReleaseView } from '@ombre/protocol';
import type { Command } from 'commander';
import { expectValue } from '../../connection.ts';
import type { Shell } from '../../shell.ts';
import { formatTable } from '../../table.ts';
import { stateOf } from './view-lines.ts';
import { duration } from './wording.ts';

/** `ombre release list`: every release and where it stands. */
export function addList(release: Command, shell: Shell): void {
  release
    .command('list')
    .description('every release and where it stands')
    .action(
      shell.action(async () => {
        const connection = shell.connect();
        const answer = expectValue(await connection.client.releases(), connection);
        shell.print(answer, () =>
          formatTable(
            ['release', 'flag', 'change', 'where', 'hold', 'health'],
            answer.releases.map((view) => cells(view, Date.now())),
            'no release is declared',
          ),
        );
      }),
    );
}

function cells(view: ReleaseView, now: number): readonly string[] {
  const { name, flag, from, to, at, health, phase } = view;
  const judged = phase === 'climbing' || phase === 'dwelling' || phase === 'watching' || phase === 'frozen';
  return [
    name,
    flag,
    `${from} → ${to}`,
    stateOf(view, now),
    at === undefined || phase === 'completed' ? '' : `${duration(at.held)} of ${duration(at.dwell)}`,
    judged ? health.verdict : '',
  ];
}
