import type { Command } from 'commander';
import { expectValue } from '../connection.ts';
import { formatDiff } from '../diff-lines.ts';
import { planApply } from '../plan-apply.ts';
import type { Shell } from '../shell.ts';

interface Options {
  readonly origin: 'files' | 'api';
  readonly why?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** `ombre apply`: makes the resources of one origin exactly what the directory says, in one revision or not at all. */
export function addApply(program: Command, shell: Shell): void {
  program
    .command('apply')
    .argument('[directory]', 'a directory, or one file', '.')
    .description('make the control plane hold exactly what a directory says; shows the difference first')
    .option('--origin <origin>', 'apply as the owner `files` or `api`', 'files')
    .option('--why <text>', 'goes into the history')
    .option('--dry-run', 'only show what would change')
    .option('-y, --yes', 'do not ask before deleting')
    .addHelpText(
      'after',
      '\nWhat is absent from the directory is deleted, after being listed. A placement never moves, an override is never lifted.',
    )
    .action(
      shell.action(async (directory: string, options: Options) => {
        const { connection, request, plan } = await planApply(shell, directory, options.origin);
        if (options.dryRun === true || plan.diff.length === 0) {
          return shell.print({ ...plan, dryRun: true }, () => formatDiff(shell.terminal, plan.diff));
        }
        if (!shell.json()) shell.terminal.err(formatDiff(shell.terminal, plan.diff));
        const deleted = plan.diff.filter((one) => one.change === 'removed').length;
        if (deleted > 0) await shell.confirm(`delete ${deleted} resources?`, options.yes);
        const why = options.why === undefined ? {} : { why: options.why };
        const done = expectValue(await connection.client.apply({ ...request, ...why }), connection);
        shell.print(done, () => (done.changed ? `revision ${done.revision}\n` : `nothing to change\n`));
      }),
    );
}
