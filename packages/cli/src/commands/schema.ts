import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Shell } from '../shell.ts';

/** `ombre schema`: the JSON Schema of resource files, for editors. */
export function addSchema(program: Command, shell: Shell): void {
  program
    .command('schema')
    .description('the JSON Schema of resource files, for editors')
    .option('-o, --output <file>', 'write here instead of to the screen')
    .addHelpText(
      'after',
      '\nIn an editor with the YAML language server, put this first in a file:\n  # yaml-language-server: $schema=./ombre.schema.json',
    )
    .action(
      shell.action(async (options: { output?: string }) => {
        const { jsonSchema } = await import('@ombre/declare');
        const text = `${JSON.stringify(jsonSchema(), null, 2)}\n`;
        if (options.output === undefined) return shell.terminal.out(text);
        writeFileSync(resolve(shell.terminal.cwd, options.output), text);
        shell.terminal.err(`wrote ${options.output}\n`);
      }),
    );
}
