import type { ReleaseCommand, ReleaseView } from '@ombre/protocol';
import type { Command } from 'commander';
import { expectValue } from '../../connection.ts';
import type { Shell } from '../../shell.ts';
import { stateOf } from './view-lines.ts';

/** What a person may tell a release: each is one command, one route and one entry here. */
const orders: Readonly<Record<ReleaseCommand, { readonly what: string; readonly more: string }>> = {
  pause: {
    what: 'stay where it is until resumed',
    more: 'Users keep what they have. Guards go on: a bad version is still taken back.',
  },
  resume: {
    what: 'go on after a pause or a freeze; begin again after a roll-back',
    more: 'A release that was taken back climbs again from the bottom. After a kill, lift the kill first.',
  },
  promote: {
    what: 'go to the next step now, without the rest of the hold',
    more: 'From the last level it ends the watch window.',
  },
  abort: {
    what: 'take everything back now',
    more: 'Waits for nothing. `ombre release resume` would begin again from the bottom.',
  },
  approve: {
    what: 'let it enter the level it waits for',
    more: 'For levels with `gate: { approval: true }`; agrees in place of a webhook, too.',
  },
  land: {
    what: 'retire a completed release: write its new variant into the flag',
    more: 'Where the flag belongs to files, prints what to edit there; the release holds until the files say it.',
  },
};

/** `ombre release pause|resume|promote|abort|approve|land`. */
export function addOrders(release: Command, shell: Shell): void {
  for (const [order, { what, more }] of Object.entries(orders)) {
    release
      .command(order)
      .argument('<release>')
      .description(what)
      .option('--why <text>', 'goes into its log')
      .addHelpText('after', `\n${more}\n\nExample:\n  $ ombre release ${order} submit-v2 --why "…"`)
      .action(
        shell.action(async (name: string, options: { readonly why?: string }) => {
          const connection = shell.connect();
          const said = { author: shell.author(), why: options.why ?? '' };
          const answer = await connection.client.tellRelease(name, order as ReleaseCommand, said);
          const view = expectValue(answer, connection);
          shell.print(view, () => told(view));
        }),
      );
  }
}

function told(view: ReleaseView): string {
  const edits = (view.landing ?? []).map(({ sentence, diff }) => `${sentence}\n${diff}`);
  return [
    `${view.name} is ${stateOf(view, Date.now())}`,
    ...edits,
    `follow it with \`ombre release watch ${view.name}\`\n`,
  ].join('\n');
}
