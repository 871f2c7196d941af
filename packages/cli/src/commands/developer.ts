import { parseDuration } from '@ombre/decide';
import type { Command } from 'commander';
import { expectValue } from '../connection.ts';
import { CommandEnd, exits } from '../exit.ts';
import type { Shell } from '../shell.ts';

/** `ombre developer`: a token with which a browser or a client is a developer's, for the first level of a ladder. */
export function addDeveloper(program: Command, shell: Shell): void {
  program
    .command('developer')
    .argument('<name>', 'who it is for; conditions ask for it as developer.id')
    .description('sign a token that says who a developer is, for a while')
    .option('--for <duration>', 'how long it is valid, at most 7d', '8h')
    .addHelpText(
      'after',
      '\nThe vocabulary declares developer.token (given) and developer.id (derivedBy: developer); a level says `when: developer.id == "ada"`.\nGateways read the token with --attribute developer.token=cookie:ombre_developer and check it with --keys; a process on a developer\'s\nown machine needs none: OMBRE_DEVELOPER=ada node service.js.\n\nExample:\n  $ curl -s localhost:8080/ -b "ombre_developer=$(ombre developer ada)"',
    )
    .action(
      shell.action(async (developer: string, options: { readonly for: string }) => {
        const milliseconds = parseDuration(options.for);
        if (milliseconds === undefined)
          throw new CommandEnd(exits.usage, `--for takes a duration such as 8h or 2d, not "${options.for}"`);
        const connection = shell.connect();
        const made = expectValue(
          await connection.client.makeDeveloperToken({ developer, milliseconds: Math.round(milliseconds) }),
          connection,
        );
        shell.print(made, () => `${made.token}\n`);
      }),
    );
}
