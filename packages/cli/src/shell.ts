import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { type Connection, connect } from './connection.ts';
import { CommandEnd, exits } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given: the terminal, the global options, and one way to print and to fail. */
export interface Shell {
  readonly terminal: Terminal;
  readonly json: () => boolean;
  /** To the control plane at this address; unless said, to the one that options, environment or a folder near by name. */
  connect(url?: string): Connection;
  /** The project/environment named by --env, if any. */
  environment(): string | undefined;
  dataDirectory(): string | undefined;
  /** JSON with --json, else the text made for people. */
  print(value: unknown, people: () => string): void;
  /** Wraps a command's work, so that --json and failures are treated alike everywhere. */
  action<Words extends unknown[]>(
    work: (...words: Words) => Promise<void>,
  ): (...words: Words) => Promise<void>;
  wholeNumber(text: string, what: string): number;
  /** Asks a person; without one, `--yes` is the only yes. */
  confirm(question: string, yes: boolean | undefined): Promise<void>;
  author(): string;
}

interface GlobalOptions {
  readonly url?: string;
  readonly token?: string;
  readonly env?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
}

export function createShell(program: Command, terminal: Terminal): Shell {
  const options = (): GlobalOptions => program.opts<GlobalOptions>();
  const json = (): boolean => options().json === true;
  return {
    terminal,
    json,
    connect: (url) => connect(terminal, url === undefined ? options() : { ...options(), url }),
    environment: () => options().env ?? terminal.env.OMBRE_ENVIRONMENT,
    dataDirectory: () => options().dataDir ?? terminal.env.OMBRE_DATA_DIR,
    print(value, people) {
      terminal.out(json() ? `${JSON.stringify(value, null, 2)}\n` : people());
    },
    action:
      (work) =>
      (...words) =>
        work(...words),
    wholeNumber(text, what) {
      const value = Number(text);
      if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
      throw new CommandEnd(exits.usage, `${what} is a whole number, not "${text}"`);
    },
    async confirm(question, yes) {
      if (yes === true) return;
      if (!terminal.interactive) {
        throw new CommandEnd(exits.usage, `${question} Nobody is here to ask; repeat with --yes to do it`);
      }
      const answer = await terminal.ask(`${question} [y/N] `);
      if (!/^y(es)?$/i.test(answer.trim())) throw new CommandEnd(exits.no, 'nothing was changed');
    },
    author: () => terminal.env.OMBRE_AUTHOR ?? terminal.env.USER ?? terminal.env.USERNAME ?? userName(),
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
