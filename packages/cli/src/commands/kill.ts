import { parseDuration } from '@ombre/decide/model';
import type { Command } from 'commander';
import { expectValue } from '../connection.ts';
import { CommandEnd, exits } from '../exit.ts';
import type { Shell } from '../shell.ts';

interface Options {
  readonly why?: string;
  readonly for?: string;
  readonly lift?: boolean;
}

/** `ombre kill`: a flag serves its off variant to everybody, at once, until lifted. */
export function addKill(program: Command, shell: Shell): void {
  program
    .command('kill')
    .argument('<flag>')
    .description('serve the off variant of a flag to everybody, at once, until lifted')
    .option('--for <duration>', 'lift by itself after this long, such as 30m or 2h')
    .option('--why <text>', 'goes into the history')
    .option('--lift', 'take the kill away again')
    .addHelpText(
      'after',
      '\nA kill outlives the next save or apply.\n\nExamples:\n  $ ombre kill submit-service --why "sandbox leak" --for 2h\n  $ ombre kill submit-service --lift',
    )
    .action(
      shell.action(async (flag: string, options: Options) => {
        const connection = shell.connect();
        const who = { author: shell.author(), why: options.why ?? '' };
        if (options.lift === true) {
          const done = expectValue(await connection.client.unkill(flag, who), connection);
          return shell.print(done, () => lifted(flag, done));
        }
        const done = expectValue(
          await connection.client.kill(flag, { ...who, ...until(options.for) }),
          connection,
        );
        shell.print(
          done,
          () =>
            `revision ${done.revision}: ${flag} serves its off variant to everybody${options.for === undefined ? '' : ` for ${options.for}`}\nlift it with \`ombre kill ${flag} --lift\`\n`,
        );
      }),
    );
}

/** The end of an override that lasts for a duration from now. */
export function until(duration: string | undefined): { readonly until?: number } {
  if (duration === undefined) return {};
  const milliseconds = parseDuration(duration);
  if (milliseconds === undefined || milliseconds <= 0) {
    throw new CommandEnd(exits.usage, `--for takes a duration such as 30m, 2h or 1d, not "${duration}"`);
  }
  return { until: Date.now() + Math.round(milliseconds) };
}

function lifted(flag: string, done: { readonly revision: number; readonly changed: boolean }): string {
  return done.changed
    ? `revision ${done.revision}: the kill of ${flag} is lifted\n`
    : `${flag} was not killed\n`;
}
