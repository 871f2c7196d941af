import type { Command } from 'commander';
import { expectValue } from '../connection.ts';
import type { Shell } from '../shell.ts';
import { counted, paint } from '../terminal.ts';

/** `ombre status`: what is served, and whether the author's directory agrees. */
export function addStatus(program: Command, shell: Shell): void {
  program
    .command('status')
    .description('what is served now, and whether the directory on disk agrees')
    .action(
      shell.action(async () => {
        const connection = shell.connect();
        const status = expectValue(await connection.client.status(), connection);
        shell.print(status, () => {
          const lines = [
            `${status.environment}  revision ${status.revision}  ${counted(status.flags, 'flag')}  ${counted(status.receivers, 'receiver')}`,
            `lineage ${status.lineage}  digest ${status.digest.slice(0, 12)}  Ombre ${status.version}`,
          ];
          const { author } = status;
          if (author !== undefined) {
            const good = author.state === 'applied';
            lines.push(
              `${author.directory}: ${paint(shell.terminal, good ? 'green' : 'red', author.state)}, ${counted(author.files, 'file')}${author.message === undefined ? '' : `: ${author.message}`}`,
            );
            for (const issue of author.issues) {
              const at = issue.file === '' ? '' : `${issue.file}:${issue.line}:${issue.column} `;
              lines.push(`  ${at}${issue.message} [${issue.code}]`);
              if (issue.hint !== undefined) lines.push(`    ${issue.hint}`);
            }
            for (const key of author.drift)
              lines.push(`  drift: ${key} is served otherwise than it stands on disk`);
          }
          for (const one of status.unsupported)
            lines.push(`  ${one.flag} is disabled here: ${one.code} ${one.detail}`);
          return `${lines.join('\n')}\n`;
        });
      }),
    );
}
