import type { Command } from 'commander';
import { type Connection, expectValue } from '../connection.ts';
import { formatDiff } from '../diff-lines.ts';
import { CommandEnd, exits } from '../exit.ts';
import type { Shell } from '../shell.ts';

interface Options {
  readonly to?: string;
  readonly why?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Moves of releases and overrides keep what authors wrote, so the newest change of theirs is the one to undo. */
async function beforeNewestApply(connection: Connection): Promise<number> {
  const page = 200;
  for (let before: number | undefined; ; ) {
    const asked = { limit: page, ...(before === undefined ? {} : { before }) };
    const { changes } = expectValue(await connection.client.history(asked), connection);
    const newest = changes.find(({ action }) => action === 'apply' || action === 'restore');
    if (newest !== undefined) return newest.revision - 1;
    before = changes.at(-1)?.revision;
    if (before === undefined || before <= 1)
      throw new CommandEnd(exits.usage, 'nothing was ever applied here; see `ombre history`');
  }
}

/** `ombre rollback`: the resources of an earlier revision, as a new one. Shows what that changes before it does it. */
export function addRollback(program: Command, shell: Shell): void {
  program
    .command('rollback')
    .description('bring back the resources of an earlier revision, as a new revision')
    .option(
      '--to <revision>',
      'the revision to bring back; the one before the newest apply or rollback unless said',
    )
    .option('--why <text>', 'goes into the history')
    .option('--dry-run', 'only show what would change')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      '\nPlacements of releases and overrides (kills, targets) stay as they are. A release that the old revision contradicts, since it changes what the\nrelease holds or does not know the release, is rolled back first; where it does not come back in time, nothing is brought back.\n\nExamples:\n  $ ombre rollback --dry-run\n  $ ombre rollback --to 12 --why "v2 fails for CN"',
    )
    .action(
      shell.action(async (options: Options) => {
        const connection = shell.connect();
        const to =
          options.to === undefined
            ? await beforeNewestApply(connection)
            : shell.wholeNumber(options.to, '--to');
        if (to < 1) throw new CommandEnd(exits.usage, 'revisions begin with 1; see `ombre history`');
        const request = { to, author: shell.author(), why: options.why ?? `rollback to ${to}` };
        const plan = expectValue(await connection.client.rollback({ ...request, dryRun: true }), connection);
        const said = plan.issues.map(({ message }) => `${message}\n`).join('');
        if (options.dryRun === true || (plan.diff.length === 0 && plan.kept.length === 0)) {
          return shell.print({ ...plan, dryRun: true }, () => formatDiff(shell.terminal, plan.diff) + said);
        }
        if (!shell.json()) shell.terminal.err(formatDiff(shell.terminal, plan.diff) + said);
        await shell.confirm(`bring back revision ${to}?`, options.yes);
        const done = expectValue(await connection.client.rollback(request), connection);
        const back = (done.rolledBack ?? []).map(
          ({ release, took = 0 }) =>
            `Release/${release} was rolled back first, in ${(took / 1000).toFixed(1)} s\n`,
        );
        shell.print(done, () => `${back.join('')}revision ${done.revision} holds what revision ${to} held\n`);
      }),
    );
}
