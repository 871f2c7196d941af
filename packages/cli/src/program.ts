import { Command } from 'commander';
import { addAnalyze } from './analyze/command.ts';
import { addApply } from './commands/apply.ts';
import { addBackup } from './commands/backup.ts';
import { addDeveloper } from './commands/developer.ts';
import { addDiff } from './commands/diff.ts';
import { addEval } from './commands/eval.ts';
import { addExplain } from './commands/explain.ts';
import { addExport } from './commands/export.ts';
import { addGateway } from './commands/gateway/gateway.ts';
import { addHistory } from './commands/history.ts';
import { addKeys } from './commands/keys.ts';
import { addKill } from './commands/kill.ts';
import { addReceivers } from './commands/receivers.ts';
import { addRelease } from './commands/release/release.ts';
import { addRestore } from './commands/restore.ts';
import { addRollback } from './commands/rollback.ts';
import { addSchema } from './commands/schema.ts';
import { addStatus } from './commands/status.ts';
import { addTarget } from './commands/target.ts';
import { addUp } from './commands/up.ts';
import { addValidate } from './commands/validate.ts';
import { createShell } from './shell.ts';
import type { Terminal } from './terminal.ts';
import { addVerify } from './verify/command.ts';

/** The command line of Ombre over a terminal: parsing and help here, one file a command in `commands/`. */
export function createProgram(terminal: Terminal, version: string): Command {
  const program = new Command('ombre')
    .description('Progressive delivery: decide who gets a change, carry it, watch it, take it back.')
    .version(version)
    .option(
      '--url <url>',
      'control plane (OMBRE_URL; else the running `ombre up` found here or above; else port 7171)',
    )
    .option(
      '--token <token>',
      'write token (OMBRE_TOKEN; else the one `ombre up` left in its data directory)',
    )
    .option('--env <project/environment>', 'which environment, where several live there (OMBRE_ENVIRONMENT)')
    .option('--data-dir <directory>', 'data directory of the control plane (OMBRE_DATA_DIR; default .ombre)')
    .option('--json', 'answer as JSON')
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showHelpAfterError('(add --help for the options of this command)')
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText(
      'after',
      '\nStart here:\n  $ ombre up examples/question-bank   run the control plane on a directory\n  $ ombre eval submit-service user.tier=L5\n  $ ombre history\n\nEnds with 0 done, 1 the answer is no, 2 wrong command line, 3 nobody answers, 4 not allowed, 5 conflict.',
    );
  const shell = createShell(program, terminal);
  const adders = [
    addUp,
    addValidate,
    addDiff,
    addApply,
    addExport,
    addRollback,
    addEval,
    addExplain,
    addHistory,
    addStatus,
    addReceivers,
    addRelease,
    addVerify,
    addGateway,
    addKill,
    addKeys,
    addDeveloper,
    addTarget,
    addSchema,
    addBackup,
    addRestore,
  ];
  for (const add of adders) add(program, shell);
  addAnalyze(program);
  // Subcommands are made before these settings and do not inherit them by themselves.
  inherit(program);
  return program;
}

function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    inherit(command);
  }
}
