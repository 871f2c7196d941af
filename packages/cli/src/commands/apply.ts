import { parseDuration } from '@ombre/decide';
import type { TwoPhaseAnswer } from '@ombre/protocol';
import type { Command } from 'commander';
import { expectValue } from '../connection.ts';
import { formatDiff } from '../diff-lines.ts';
import { CommandEnd, exits } from '../exit.ts';
import { planApply } from '../plan-apply.ts';
import type { Shell } from '../shell.ts';
import { counted } from '../terminal.ts';
import { applyAtomic, dryRunAtomic } from '../two-phase/apply-atomic.ts';
import { endLine } from '../two-phase/wording.ts';

interface Options {
  readonly origin: 'files' | 'api';
  readonly why?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly atomic?: boolean;
  readonly deadline?: string;
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
    .option(
      '--atomic',
      'let gateways and OFREP servers activate it together, or nobody; see docs/two-phase.md',
    )
    .option('--deadline <duration>', 'with --atomic: how long they have to stage it (default: "10s")')
    .option('-y, --yes', 'do not ask before deleting')
    .addHelpText(
      'after',
      '\nWhat is absent from the directory is deleted, after being listed. A placement never moves, an override is never lifted.',
    )
    .action(
      shell.action(async (directory: string, options: Options) => {
        const { connection, request, plan } = await planApply(shell, directory, options.origin);
        const deadline = deadlineOf(options);
        if (options.atomic === true && options.dryRun === true && plan.diff.length > 0) {
          const shown = await dryRunAtomic(connection, request);
          return shell.print(
            { ...shown, dryRun: true },
            () => formatDiff(shell.terminal, shown.diff) + voters(shown),
          );
        }
        if (options.dryRun === true || plan.diff.length === 0) {
          return shell.print({ ...plan, dryRun: true }, () => formatDiff(shell.terminal, plan.diff));
        }
        if (!shell.json()) shell.terminal.err(formatDiff(shell.terminal, plan.diff));
        const deleted = plan.diff.filter((one) => one.change === 'removed').length;
        if (deleted > 0) await shell.confirm(`delete ${counted(deleted, 'resource')}?`, options.yes);
        const why = options.why === undefined ? {} : { why: options.why };
        if (options.atomic === true) {
          const ended = await applyAtomic(shell, connection, { ...request, ...why }, deadline);
          return shell.print(ended ?? { changed: false }, () =>
            ended === undefined ? 'nothing to change\n' : `${endLine(ended)}\n`,
          );
        }
        const done = expectValue(await connection.client.apply({ ...request, ...why }), connection);
        shell.print(done, () => (done.changed ? `revision ${done.revision}\n` : `nothing to change\n`));
      }),
    );
}

function deadlineOf({ atomic, deadline }: Options): number | undefined {
  if (deadline === undefined) return undefined;
  if (atomic !== true) throw new CommandEnd(exits.usage, '--deadline goes with --atomic');
  const value = parseDuration(deadline);
  if (value !== undefined && value >= 100 && value <= 300_000) return value;
  throw new CommandEnd(exits.usage, `--deadline takes a duration from 100ms to 5m, not "${deadline}"`);
}

function voters({ members }: TwoPhaseAnswer): string {
  if (members.length === 0)
    return 'no gateway or OFREP server holds a lease: nobody would have to stage it\n';
  return `two thirds of these would have to stage it: ${members.join(', ')}\n`;
}
