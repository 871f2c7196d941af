import type { Command } from 'commander';
import { CommandEnd, exits } from '../exit.ts';
import type { Shell } from '../shell.ts';
import { counted } from '../terminal.ts';

/** `ombre validate`: every finding in the files of a directory, with file, line and column. Needs no control plane. */
export function addValidate(program: Command, shell: Shell): void {
  program
    .command('validate')
    .argument('[directory]', 'a directory, or one file', '.')
    .description('check the files of a directory: all findings at once, with file:line:column')
    .option('--strict', 'treat warnings as errors')
    .addHelpText(
      'after',
      '\nNeeds no control plane. Ends with 1 when anything is wrong.\n\nExamples:\n  $ ombre validate examples/question-bank',
    )
    .action(
      shell.action(async (directory: string, options: { strict?: boolean }) => {
        const { declareDirectory } = await import('../local.ts');
        const declared = await declareDirectory(shell, directory);
        const errors = declared.issues.filter((issue) => issue.severity === 'error').length;
        const warnings = declared.issues.length - errors;
        const failed = errors > 0 || (options.strict === true && warnings > 0);
        const result = {
          ok: !failed,
          errors,
          warnings,
          resources: declared.resources.length,
          files: declared.files.length,
          issues: declared.issues,
          notes: declared.notes,
        };
        const notes = declared.notes.map((note) => `${note}\n`).join('');
        const summary = `${counted(declared.files.length, 'file')}, ${counted(declared.resources.length, 'resource')}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}\n`;
        if (failed) throw new CommandEnd(exits.no, `${declared.text}${notes}${summary}`.trimEnd(), result);
        shell.print(result, () => declared.text + notes + summary);
      }),
    );
}
