import type { Command } from 'commander';
import { expectValue } from '../../connection.ts';
import type { Shell } from '../../shell.ts';
import { viewLines } from './view-lines.ts';

/** `ombre release show`: where one stands, what its guards say, what happened; after a roll-back why, for whom and at what cost. */
export function addShow(release: Command, shell: Shell): void {
  release
    .command('show')
    .argument('<release>')
    .description('where a release stands and why; after a roll-back why, for whom and at what cost')
    .option('--events <n>', 'lines of its log', '20')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ombre release show submit-v2\n  $ ombre release show submit-v2 --json | jq .rollback.parts',
    )
    .action(
      shell.action(async (name: string, options: { readonly events: string }) => {
        const events = shell.wholeNumber(options.events, '--events');
        const connection = shell.connect();
        const view = expectValue(await connection.client.release(name), connection);
        shell.print(view, () => `${viewLines(shell.terminal, view, Date.now(), events).join('\n')}\n`);
      }),
    );
}
