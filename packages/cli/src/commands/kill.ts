import { parseDuration } from '@ombre/decide';
import type { Command } from 'commander';
import { expectValue } from '../connection.ts';
import { CommandEnd, exits } from '../exit.ts';
import type { Shell } from '../shell.ts';

interface Options {
  readonly why?: string;
  readonly for?: string;
  readonly lift?: boolean;
  readonly via?: readonly string[];
  readonly stateDir?: string;
  readonly key?: string;
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
    .option(
      '--via <urls...>',
      'without a control plane: admin ports of gateways, or where services mounted their door',
    )
    .option(
      '--state-dir <directory>',
      'without a control plane: the state directory of receivers on this machine',
    )
    .option('--key <file>', 'the private break-glass key, in PEM (OMBRE_BREAK_GLASS_KEY)')
    .addHelpText(
      'after',
      '\nA kill outlives the next save or apply. With --via or --state-dir it is signed here, for 24 hours at most, and carried out by these\nreceivers at once; when the control plane is back it takes the kill over, and --lift lifts it.\n\nExamples:\n  $ ombre kill submit-service --why "sandbox leak" --for 2h\n  $ ombre kill submit-service --lift\n  $ ombre kill submit-service --via http://10.0.0.7:9090 --key break-glass.pem --why "store is down"',
    )
    .action(
      shell.action(async (flag: string, options: Options) => {
        const { via = [], stateDir, key, why } = options;
        if (via.length > 0 || stateDir !== undefined) {
          if (options.lift === true) {
            throw new CommandEnd(
              exits.usage,
              'a break-glass kill is lifted through the control plane: --lift without --via and --state-dir',
            );
          }
          const how = { why: why ?? 'the control plane is away', until: until(options.for).until };
          const { killByBreakGlass } = await import('../break-glass-kill.ts');
          return killByBreakGlass(shell, flag, { via, stateDir, key }, how);
        }
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
