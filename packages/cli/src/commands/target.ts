import type { Command } from 'commander';
import { expectValue } from '../connection.ts';
import { CommandEnd, exits } from '../exit.ts';
import type { Shell } from '../shell.ts';
import { until } from './kill.ts';

interface Options {
  readonly why?: string;
  readonly for?: string;
  readonly lift?: boolean;
}

/** `ombre target`: one unit gets one variant, whatever the rules say. */
export function addTarget(program: Command, shell: Shell): void {
  program
    .command('target')
    .argument('<flag>')
    .argument('<unit>', "the value of the flag's unit, such as a user id")
    .argument('[variant]', 'what it gets; not with --lift')
    .description('serve one unit a variant, whatever the rules say')
    .option('--for <duration>', 'lift by itself after this long, such as 30m or 2h')
    .option('--why <text>', 'goes into the history')
    .option('--lift', 'take the target away again')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ombre target submit-service dev-1 v2 --for 1h\n  $ ombre target submit-service dev-1 --lift',
    )
    .action(
      shell.action(async (flag: string, unit: string, variant: string | undefined, options: Options) => {
        const connection = shell.connect();
        const who = { author: shell.author(), why: options.why ?? '' };
        if (options.lift === true) {
          const done = expectValue(await connection.client.untarget(flag, unit, who), connection);
          return shell.print(done, () =>
            done.changed
              ? `revision ${done.revision}: ${unit} is no target of ${flag} any more\n`
              : `${unit} was no target of ${flag}\n`,
          );
        }
        if (variant === undefined) {
          throw new CommandEnd(
            exits.usage,
            `name the variant ${unit} shall get, or lift the target with --lift`,
          );
        }
        const request = { ...who, variant, ...until(options.for) };
        const done = expectValue(await connection.client.target(flag, unit, request), connection);
        shell.print(done, () => `revision ${done.revision}: ${flag} serves ${variant} to ${unit}\n`);
      }),
    );
}
