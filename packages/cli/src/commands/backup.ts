import type { Command } from 'commander';
import { expectValue } from '../connection.ts';
import type { Shell } from '../shell.ts';

/** `ombre backup`: a consistent copy of the store while it serves. */
export function addBackup(program: Command, shell: Shell): void {
  program
    .command('backup')
    .description('write a consistent copy of the store, while it serves, into its data directory')
    .action(
      shell.action(async () => {
        const connection = shell.connect();
        const done = expectValue(await connection.client.backup(), connection);
        shell.print(
          done,
          () =>
            `${Object.entries(done)
              .map(([name, value]) => `${name}  ${String(value)}`)
              .join(
                '\n',
              )}\nbring it back with \`ombre restore FILE --data-dir NEW\` while no control plane runs on that directory\nkeys are in no backup: keep a copy of the folder keys/ of the data directory apart from it\n`,
        );
      }),
    );
}
