import type { KeysView, WireKey } from '@ombre/protocol';
import type { Command } from 'commander';
import { expectValue } from '../connection.ts';
import { CommandEnd, exits } from '../exit.ts';
import type { Shell } from '../shell.ts';
import { formatTable } from '../table.ts';

/** `ombre keys`: the signing keys, and their rotation in steps that no receiver notices. */
export function addKeys(program: Command, shell: Shell): void {
  const keys = program
    .command('keys')
    .description('the keys that sign snapshots: list, and rotate while everything runs')
    .addHelpText(
      'after',
      '\nIn this order (docs/keys.md):\n  $ ombre keys prepare                 the next key, which signs nothing yet\n  $ ombre keys list --pem > keys.pem   both keys, for the file that receivers follow\n  $ ombre keys rotate                  sign with the next; refused while a live receiver does not trust it\n  $ ombre keys list --pem > keys.pem   the new key alone',
    );

  keys
    .command('list')
    .description('which key signs, which is prepared, which are retired, and who does not trust the next yet')
    .option('--pem', 'print the keys that receivers should trust, for their file')
    .action(
      shell.action(async (options: { readonly pem?: boolean }) => {
        const connection = shell.connect();
        const view = expectValue(await connection.client.keys(), connection);
        const trusted = view.keys.filter(({ role }) => role !== 'retired');
        shell.print(options.pem === true ? trusted : view, () =>
          options.pem === true ? trusted.map(({ pem }) => pem).join('') : keysText(view),
        );
      }),
    );

  keys
    .command('prepare')
    .description('make the next key; give it to receivers before it signs')
    .action(
      shell.action(async () => {
        const connection = shell.connect();
        const view = expectValue(await connection.client.prepareKey(), connection);
        shell.print(
          view,
          () =>
            `${keysText(view)}\nnow let receivers trust both: put \`ombre keys list --pem\` into the file they follow, then \`ombre keys rotate\`\n`,
        );
      }),
    );

  keys
    .command('rotate')
    .description('sign with the next key from now on; the private half of the old one is deleted')
    .option('--dry-run', 'say what would happen, and who would stop following')
    .option('--force', 'although live receivers do not trust the next key')
    .option('-y, --yes', 'do not ask')
    .action(
      shell.action(
        async (options: { readonly dryRun?: boolean; readonly force?: boolean; readonly yes?: boolean }) => {
          const connection = shell.connect();
          const before = expectValue(await connection.client.keys(), connection);
          const next = before.keys.find(({ role }) => role === 'next');
          if (next === undefined) {
            throw new CommandEnd(exits.no, 'no next key is prepared; run `ombre keys prepare` first');
          }
          const request = { next: next.id, ...(options.force === true ? { force: true } : {}) };
          if (options.dryRun === true) {
            expectValue(await connection.client.rotateKey({ ...request, dryRun: true }), connection);
            return shell.print(
              { ...before, dryRun: true },
              () => `would sign with ${next.id}\n\n${keysText(before)}`,
            );
          }
          const { live, waiting } = before.receivers;
          const trust = `${live - waiting.length} of ${live} live receivers here trust it or verify nothing`;
          await shell.confirm(`sign with ${next.id} from now on? ${trust}`, options.yes);
          const view = expectValue(await connection.client.rotateKey(request), connection);
          shell.print(
            view,
            () =>
              `${keysText(view)}\nreceivers hold a head signed by ${next.id} within 10 s; then put \`ombre keys list --pem\` into the file they follow, which drops the old key\n`,
          );
        },
      ),
    );

  keys
    .command('forget')
    .argument('<id>', 'a prepared or a retired key')
    .description('delete a prepared key, or a retired one that the history is no longer to be verified with')
    .option('--dry-run', 'say how many changes could no longer be verified')
    .option('-y, --yes', 'do not ask')
    .action(
      shell.action(async (id: string, options: { readonly dryRun?: boolean; readonly yes?: boolean }) => {
        if (!/^[0-9a-f]{16}$/.test(id))
          throw new CommandEnd(exits.usage, `"${id}" is no key's id; see \`ombre keys list\``);
        const connection = shell.connect();
        const would = expectValue(await connection.client.forgetKey({ id, dryRun: true }), connection);
        const cost =
          would.changes === 0
            ? 'it signed no change'
            : `it signed ${would.changes} changes, which \`ombre history --verify\` will report from then on`;
        if (options.dryRun === true)
          return shell.print({ ...would, dryRun: true }, () => `would forget ${id}: ${cost}\n`);
        await shell.confirm(`forget ${id}? ${cost}`, options.yes);
        const done = expectValue(await connection.client.forgetKey({ id }), connection);
        shell.print(done, () => keysText(done));
      }),
    );
}

const meanings: Readonly<Record<WireKey['role'], string>> = {
  active: 'signs',
  next: 'prepared: let receivers trust it before it signs',
  retired: 'verifies the history',
};

function keysText({ keys, receivers }: KeysView): string {
  const table = formatTable(
    ['key', 'role', ''],
    keys.map(({ id, role }) => [id, role, meanings[role]]),
    'no keys',
  );
  const { waiting } = receivers;
  if (waiting.length === 0) return table;
  return `${table}not trusted yet by ${waiting.length} of ${receivers.live} live receivers: ${waiting.slice(0, 20).join(', ')}\n`;
}
