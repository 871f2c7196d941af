import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { expectValue } from '../connection.ts';
import type { Shell } from '../shell.ts';

/** `ombre export`: what the control plane holds, as YAML that `ombre apply` takes back. */
export function addExport(program: Command, shell: Shell): void {
  program
    .command('export')
    .description('the resources the control plane holds, as YAML')
    .option('--origin <origin>', 'only those owned by files, or by api')
    .option('-o, --output <file>', 'write here instead of to the screen')
    .action(
      shell.action(async (options: { origin?: 'files' | 'api'; output?: string }) => {
        const connection = shell.connect();
        if (shell.json()) {
          const filter = options.origin === undefined ? {} : { origin: options.origin };
          return shell.print(expectValue(await connection.client.resources(filter), connection), () => '');
        }
        const yaml = expectValue(await connection.client.exportYaml(options.origin), connection);
        if (options.output === undefined) return shell.terminal.out(yaml);
        writeFileSync(resolve(shell.terminal.cwd, options.output), yaml);
        shell.terminal.err(`wrote ${options.output}\n`);
      }),
    );
}
