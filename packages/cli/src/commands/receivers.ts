import type { ReceiverView } from '@ombre/protocol';
import type { Command } from 'commander';
import { expectValue } from '../connection.ts';
import { localTime } from '../local-time.ts';
import type { Shell } from '../shell.ts';
import { formatTable } from '../table.ts';

/** `ombre receivers`: who runs which revision, and how far behind. */
export function addReceivers(program: Command, shell: Shell): void {
  program
    .command('receivers')
    .description('which processes run which revision, and how far behind they are')
    .action(
      shell.action(async () => {
        const connection = shell.connect();
        const view = expectValue(await connection.client.receivers(), connection);
        // Where one control plane serves, it is the one that was asked.
        const several = view.receivers.some(({ node }) => node !== undefined);
        shell.print(view, () =>
          formatTable(
            [...HEADINGS, ...(several ? ['heard by'] : [])],
            view.receivers.map((one) => [
              ...cells(one),
              ...(several ? [one.node ?? 'one that is gone'] : []),
            ]),
            `no receiver is connected; revision ${view.revision} is served`,
          ),
        );
      }),
    );
}

const HEADINGS = ['receiver', 'class', 'revision', 'behind', 'staged', 'lease', 'last seen', 'lacks'];

function cells(one: ReceiverView): readonly string[] {
  return [
    one.agent === undefined ? one.receiver : `${one.receiver} (${one.agent})`,
    one.class,
    String(one.revision),
    one.behind === null ? 'another lineage' : String(one.behind),
    one.staged === undefined ? '' : `${one.staged.id} (version ${one.staged.version})`,
    one.lease === 'held' ? `${Math.ceil(one.expiresIn / 1000)} s left` : 'expired',
    lastSeen(one),
    one.unsupported.map(({ flag }) => flag).join(', '),
  ];
}

/** A stream stays open over a cut network for a while: without a lease it is said when the process was last heard. */
function lastSeen({ connected, lease, seen }: ReceiverView): string {
  if (connected && lease === 'held') return 'connected';
  return `${connected ? 'connected, heard ' : ''}${localTime(new Date(seen))}`;
}
