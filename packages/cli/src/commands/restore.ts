import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CommandEnd, exits } from '../exit.ts';
import type { Shell } from '../shell.ts';
import { formatTable } from '../table.ts';

interface Options {
  readonly database?: string;
  readonly why?: string;
  readonly dryRun?: boolean;
}

/** `ombre restore`: a backup into an empty store, as a new lineage that receivers accept. */
export function addRestore(program: Command, shell: Shell): void {
  program
    .command('restore')
    .argument('<backup>', 'the file that `ombre backup` wrote; its manifest stands beside it')
    .description('bring a backup back into an empty data directory, while no control plane runs on it')
    .option('--database <url>', 'into an empty PostgreSQL database instead of SQLite')
    .option('--why <text>', 'goes into the history')
    .option('--dry-run', 'check everything and write nothing')
    .addHelpText(
      'after',
      '\nEach environment goes on as a new lineage, one revision further. Copy the keys/ folder of the old data directory first, so that receivers\naccept it.\n\nExamples:\n  $ ombre restore ombre.backup --data-dir .ombre-new --dry-run',
    )
    .action(
      shell.action(async (backup: string, options: Options) => {
        const { terminal } = shell;
        const file = resolve(terminal.cwd, backup);
        const place = shell.dataDirectory();
        if (!existsSync(file)) throw new CommandEnd(exits.usage, `there is no file ${backup}`);
        if (place === undefined) {
          throw new CommandEnd(exits.usage, 'name the empty directory to restore into with --data-dir');
        }
        const { restoreServer, StoreError } = await import('@ombre/server');
        const restored = await restoreServer({
          file,
          dataDirectory: resolve(terminal.cwd, place),
          author: shell.author(),
          why: options.why ?? `restored from ${backup}`,
          dryRun: options.dryRun === true,
          ...(options.database === undefined ? {} : { database: options.database }),
        }).catch((error: unknown) => {
          if (error instanceof StoreError) throw new CommandEnd(exits.no, `${error.code}: ${error.message}`);
          throw error;
        });
        if (!restored.ok) throw new CommandEnd(exits.no, `${restored.code}: ${restored.message}`, restored);
        for (const warning of restored.warnings) terminal.err(`warning: ${warning}\n`);
        shell.print(
          { ...restored, dryRun: options.dryRun === true },
          () =>
            formatTable(
              ['environment', 'backed up at', 'goes on as'],
              restored.environments.map(({ environment, from, to }) => [
                environment,
                `revision ${from.revision} of ${from.lineage}`,
                `revision ${to.revision} of ${to.lineage}`,
              ]),
              'the backup holds no environment',
            ) +
            (options.dryRun === true
              ? 'nothing was written\n'
              : `serve it with \`ombre up DIRECTORY${options.database === undefined ? '' : ' --database …'} --data-dir ${place}\`\n`),
        );
      }),
    );
}
