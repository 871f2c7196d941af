import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Answer, type Client, createClient, type Fetch } from '@ombre/protocol';
import { CommandEnd, exits } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** What `ombre up` leaves in its data directory, so that commands on the same machine find it. */
export interface Listening {
  readonly url: string;
  readonly pid: number;
}

export interface ConnectionOptions {
  readonly url?: string;
  readonly token?: string;
  readonly env?: string;
  readonly dataDir?: string;
}

export interface Connection {
  readonly url: string;
  readonly client: Client;
  /** What the client sends along; for streams, which it has no call for. */
  readonly token?: string;
  readonly environment?: string;
}

export const DEFAULT_URL = 'http://127.0.0.1:7171';
export const LISTENING_FILE = 'listening.json';
export const TOKEN_FILE = 'write-token';

/**
 * The control plane a command talks to: options, then OMBRE_URL and OMBRE_TOKEN, then the `.ombre` folder of a running
 * `ombre up` here or above. A token found in that folder is sent to the address found beside it and to no other.
 */
export function connect(terminal: Terminal, options: ConnectionOptions): Connection {
  const near = findDataDirectory(terminal, options.dataDir);
  const url = options.url ?? terminal.env.OMBRE_URL ?? near?.listening.url ?? DEFAULT_URL;
  const token =
    options.token ?? terminal.env.OMBRE_TOKEN ?? (near?.listening.url === url ? near.token : undefined);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new CommandEnd(exits.usage, `"${url}" is no address of a control plane, such as ${DEFAULT_URL}`);
  const environment = options.env ?? terminal.env.OMBRE_ENVIRONMENT;
  if (environment !== undefined && !/^[^/]+\/[^/]+$/.test(environment))
    throw new CommandEnd(exits.usage, `--env takes project/environment, not "${environment}"`);
  const who = {
    ...(token === undefined ? {} : { token }),
    ...(environment === undefined ? {} : { environment }),
  };
  const client = createClient({ url, ...who, fetch: globalThis.fetch as unknown as Fetch });
  return { url, client, ...who };
}

/** The value of an answer; a failure ends the command with the code that fits and a sentence on what to do next. */
export function expectValue<T>(answer: Answer<T>, connection: Connection): T {
  if (answer.ok) return answer.value;
  const { status, failure } = answer;
  const said = `${failure.code}: ${failure.message}`;
  if (status === 0) {
    throw new CommandEnd(
      exits.unreachable,
      `no control plane answers at ${connection.url}\nstart one with \`ombre up DIRECTORY\`, or name it with --url or OMBRE_URL`,
      failure,
    );
  }
  if (status === 401 || status === 403) {
    throw new CommandEnd(
      exits.denied,
      `${said}\ngive the write token that \`ombre up\` printed with --token or OMBRE_TOKEN`,
      failure,
    );
  }
  if (failure.code === 'CONFLICT') {
    const moved = (failure.moved ?? []).map((one) => `\n  moved: ${JSON.stringify(one)}`).join('');
    throw new CommandEnd(exits.conflict, `${said}${moved}\nrun \`ombre diff\` again, then repeat`, failure);
  }
  const issues = (failure.issues ?? []).map(({ resource, file, path, message, code, hint }) => {
    const thing = resource ?? file;
    // What the store finds names its resource in the sentence.
    const text = [message.startsWith(thing) ? '' : thing, path, message].filter(Boolean).join(': ');
    return `\n  ${text} [${code}]${hint === undefined ? '' : `\n    ${hint}`}`;
  });
  throw new CommandEnd(exits.no, said + issues.join(''), failure);
}

function findDataDirectory(
  terminal: Terminal,
  given: string | undefined,
): { listening: Listening; token: string | undefined } | undefined {
  const named = given ?? terminal.env.OMBRE_DATA_DIR;
  if (named !== undefined) return readDataDirectory(resolve(terminal.cwd, named));
  for (let folder = terminal.cwd; ; folder = dirname(folder)) {
    const found = readDataDirectory(join(folder, '.ombre'));
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

function readDataDirectory(folder: string): { listening: Listening; token: string | undefined } | undefined {
  const listening = readText(join(folder, LISTENING_FILE));
  if (listening === undefined) return undefined;
  try {
    return {
      listening: JSON.parse(listening) as Listening,
      token: readText(join(folder, TOKEN_FILE))?.trim(),
    };
  } catch {
    return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
