import type { Command } from 'commander';
import { expectValue } from '../connection.ts';
import { formatDiff } from '../diff-lines.ts';
import { CommandEnd, exits } from '../exit.ts';
import { localTime } from '../local-time.ts';
import type { Shell } from '../shell.ts';
import { formatTable } from '../table.ts';

/** `ombre history`: who changed what, when and why; one change with its diff; or whether the hash chain holds. */
export function addHistory(program: Command, shell: Shell): void {
  program
    .command('history')
    .argument('[revision]', 'show one change with its diff')
    .description('who changed what, when and why; newest first')
    .option('--limit <n>', 'how many changes', '20')
    .option('--before <revision>', 'only changes before this one')
    .option('--verify', 'recompute the hash chain and say whether it holds')
    .addHelpText('after', '\nExamples:\n  $ ombre history\n  $ ombre history 12\n  $ ombre history --verify')
    .action(
      shell.action(async (revision: string | undefined, options: Options) => {
        if (options.verify === true) return await verify(shell);
        if (revision !== undefined) return await one(shell, shell.wholeNumber(revision, 'revision'));
        await list(shell, options);
      }),
    );
}

interface Options {
  readonly limit: string;
  readonly before?: string;
  readonly verify?: boolean;
}

async function list(shell: Shell, options: Options): Promise<void> {
  const connection = shell.connect();
  const page = {
    limit: Math.max(1, shell.wholeNumber(options.limit, '--limit')),
    ...(options.before === undefined ? {} : { before: shell.wholeNumber(options.before, '--before') }),
  };
  const { changes } = expectValue(await connection.client.history(page), connection);
  shell.print({ changes }, () =>
    formatTable(
      ['revision', 'when', 'who', 'action', 'what', 'why'],
      changes.map((change) => [
        String(change.revision),
        time(change.at),
        change.author,
        change.action,
        names(change.names),
        change.why,
      ]),
      'no change yet',
    ),
  );
}

async function one(shell: Shell, revision: number): Promise<void> {
  const connection = shell.connect();
  const change = expectValue(await connection.client.change(revision), connection);
  shell.print(change, () =>
    [
      `revision ${change.revision}  ${time(change.at)}  ${change.author}  ${change.action}`,
      `why      ${change.why === '' ? '(not said)' : change.why}`,
      `hash     ${change.hash}`,
      `after    ${change.previous ?? '(nothing)'}`,
      '',
      formatDiff(shell.terminal, change.diff),
    ].join('\n'),
  );
}

async function verify(shell: Shell): Promise<void> {
  const connection = shell.connect();
  const verdict = expectValue(await connection.client.verifyHistory(), connection);
  if (!verdict.ok) {
    const faults = verdict.faults.map(
      (fault) => `\n  revision ${fault.revision}: ${fault.message} [${fault.code}]`,
    );
    throw new CommandEnd(exits.no, `the log does not hold:${faults.join('')}`, verdict);
  }
  shell.print(verdict, () => `the log holds: ${verdict.changes} changes, each hash and signature checked\n`);
}

/** Nanoseconds since 1970 as local time to the second. */
function time(nanoseconds: string): string {
  return localTime(new Date(Number(BigInt(nanoseconds) / 1_000_000n)));
}

function names(keys: readonly string[]): string {
  const shown = keys.slice(0, 3).join(', ');
  return keys.length > 3 ? `${shown} and ${keys.length - 3} more` : shown;
}
