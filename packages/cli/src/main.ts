import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { CommanderError } from 'commander';
import { CommandEnd, exits, systemSentence } from './exit.ts';
import { createProgram } from './program.ts';
import { paint, type Terminal } from './terminal.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
  interactive: process.stdin.isTTY && process.stdout.isTTY,
  colour: process.stdout.isTTY && process.env.NO_COLOR === undefined,
  size:
    process.stdout.isTTY && process.env.TERM !== 'dumb'
      ? () => ({ columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 })
      : undefined,
  async ask(question) {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  },
};

// A reader that goes away (`ombre history | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exits.ok);
  throw error;
});

try {
  await createProgram(terminal, version).parseAsync(process.argv);
} catch (error) {
  process.exitCode = end(error);
}

function end(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exits.ok : exits.usage;
  const refused = systemSentence(error);
  const ended = refused === undefined ? error : new CommandEnd(exits.no, refused);
  if (!(ended instanceof CommandEnd)) throw error;
  if (process.argv.includes('--json')) terminal.out(`${JSON.stringify(ended.json, null, 2)}\n`);
  terminal.err(`${paint(terminal, 'red', 'ombre:')} ${ended.message}\n`);
  // What the command had opened when the system refused ends with it.
  if (refused !== undefined) process.exit(ended.exit);
  return ended.exit;
}
