import { join } from 'node:path';
import { type Clock, readFolder } from '@ombre/carry';
import type { CodeVocabulary } from '@ombre/decide';
import { parseSources } from '@ombre/declare';
import { SettingsError } from './effects/settings-error.ts';
import { hostOf } from './http/address.ts';
import type { Log } from './http/log.ts';
import { keepToken, type Tokens } from './http/token.ts';

export interface ServerOptions {
  /** Resources whose saves are applies. */
  readonly directory?: string;
  /** Database, keys and tokens; made where it is absent. */
  readonly dataDirectory: string;
  /** A `postgres://` URL, or `memory:`; SQLite in the data directory unless said. */
  readonly database?: string;
  /** `project/environment` where the directory names none. */
  readonly environment?: string;
  readonly host?: string;
  /** 0 lets the system choose. */
  readonly port?: number;
  /** Kept in the data directory where not given. Given a read token, reads need it on loopback too. */
  readonly writeToken?: string;
  readonly readToken?: string;
  /** Names this server is reached by, beside loopback's. */
  readonly hosts?: readonly string[];
  /** Where other processes on the same database reach this one; where it listens, unless said. */
  readonly advertise?: string;
  /** Origins of pages that may evaluate from a browser. */
  readonly origins?: readonly string[];
  /** The path a proxy publishes this server under. */
  readonly publicPath?: string;
  readonly receiverLimit?: number;
  /** Milliseconds an acknowledgement holds for; receivers renew it thrice in that time. */
  readonly lease?: number;
  /** Milliseconds in which a request must have arrived. */
  readonly requestTimeout?: number;
  /** Functions and enrichers that conditions may use beside the declared attributes. */
  readonly vocabularies?: readonly CodeVocabulary[];
  /** What enrichers get as their data. */
  readonly data?: unknown;
  /** A webhook that is told what releases do: a URL, or a reference to one (`env:NAME`, `file:PATH`); more in `notifications.json`. */
  readonly notify?: string;
  /** Reference to what its requests are signed with. */
  readonly notifySecret?: string;
  /** Where guards and probes ask their metrics, such as `http://127.0.0.1:9090`. */
  readonly prometheus?: string;
  /** Hosts that URLs of resources may call: `host`, `host:port`, `*.domain`, addresses, `address/bits`; loopback while it listens there only. */
  readonly egress?: readonly string[];
  readonly clock?: Clock;
  readonly log?: Log;
}

const DEFAULT_ENVIRONMENT = 'default/default';

/** The tokens that were given, else those kept in the data directory; off loopback reading needs one too. */
export function tokensOf(options: ServerOptions, loopback: boolean): Tokens {
  const { dataDirectory } = options;
  const write = options.writeToken ?? keepToken(join(dataDirectory, 'write-token'));
  if (options.readToken !== undefined) return { write, read: options.readToken };
  return loopback ? { write } : { write, read: keepToken(join(dataDirectory, 'read-token')) };
}

/** Names it answers to, the one the other processes use among them; off loopback, none means any. */
export function hostsOf({ hosts = [], advertise }: ServerOptions, loopback: boolean): readonly string[] {
  if (advertise === undefined || (!loopback && hosts.length === 0)) return hosts;
  const host = URL.canParse(advertise) ? hostOf(new URL(advertise).host) : undefined;
  if (host === undefined) throw new SettingsError(`--advertise: ${advertise} is no URL`);
  return [...hosts, host];
}

/** What `ombre.yaml` of the directory names, else what was asked for; SettingsError where the two differ. */
export async function environmentOf(options: ServerOptions): Promise<string> {
  const asked = options.environment ?? DEFAULT_ENVIRONMENT;
  if (!/^[a-z0-9][a-z0-9._-]{0,99}\/[a-z0-9][a-z0-9._-]{0,99}$/.test(asked))
    throw new SettingsError(`an environment is project/environment of a-z 0-9 . _ -, not "${asked}"`);
  if (options.directory === undefined) return asked;
  const { files } = await readFolder(options.directory);
  const { declared } = parseSources(files.filter((file) => /(?:^|\/)ombre\.(?:ya?ml|json)$/.test(file.path)));
  const { project, environment } = declared;
  if (project === undefined || environment === undefined) return asked;
  const named = `${project}/${environment}`;
  if (options.environment !== undefined && options.environment !== named)
    throw new SettingsError(`${options.environment} was asked for, and ombre.yaml names ${named}`);
  return named;
}
