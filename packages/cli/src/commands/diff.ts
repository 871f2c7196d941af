import type { Command } from 'commander';
import { formatDiff } from '../diff-lines.ts';
import { CommandEnd, exits } from '../exit.ts';
import { planApply } from '../plan-apply.ts';
import type { Shell } from '../shell.ts';

/** `ombre diff`: what an apply of a directory would change, and the share of units it would move. */
export function addDiff(program: Command, shell: Shell): void {
  program
    .command('diff')
    .argument('[directory]', 'a directory, or one file', '.')
    .description('what an apply would change, with the share of units that would move')
    .option('--origin <origin>', 'compare as the owner `files` or `api`', 'files')
    .option('--exit-code', 'end with 1 when there is a difference')
    .action(
      shell.action(async (directory: string, options: { origin: 'files' | 'api'; exitCode?: boolean }) => {
        const { plan } = await planApply(shell, directory, options.origin);
        if (options.exitCode === true && plan.diff.length > 0) {
          throw new CommandEnd(exits.no, formatDiff(shell.terminal, plan.diff).trimEnd(), plan);
        }
        shell.print(plan, () => formatDiff(shell.terminal, plan.diff));
      }),
    );
}
