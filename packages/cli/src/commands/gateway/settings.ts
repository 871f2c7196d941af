import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { parseDuration } from '@ombre/decide';
import type { GatewayOptions, WorkerPlace } from '@ombre/gateway';
import { CommandEnd, exits } from '../../exit.ts';
import type { Shell } from '../../shell.ts';
import { textLog } from '../../text-log.ts';
import { address, inherited } from './address.ts';

/** The options of `ombre gateway` as they were typed. */
export interface Options {
  readonly source?: string;
  readonly flag: string;
  readonly listen: string;
  readonly admin: string;
  readonly workers: string;
  readonly forwardAuth?: string;
  readonly baggage?: readonly string[];
  readonly name?: string;
  readonly stateDir?: string;
  readonly readToken?: string;
  readonly keys?: string;
  readonly peer?: readonly string[];
  readonly trust?: readonly string[];
  readonly unit?: readonly string[];
  readonly attribute?: readonly string[];
  readonly timeout: string;
  readonly grace: string;
  readonly breaker: boolean;
  readonly expose?: boolean;
  readonly logLevel: string;
}

/** A worker's own port for metrics and break-glass, which the admin port of the group asks. */
const OWN_ADMIN = { host: '127.0.0.1', port: 0 };

/**
 * What a gateway is started with. `place`: it is one of several workers, with a name of its own, and gives its metrics to the group. The
 * state directory is shared: receivers put no older revision in a newer one's place, and an operator's kill left there reaches all.
 */
export function gatewaySettings(
  shell: Shell,
  options: Options,
  place: WorkerPlace | undefined,
): GatewayOptions {
  const { terminal } = shell;
  const environment = shell.environment();
  const source = options.source ?? shell.connect().url;
  // Counters are taken from who may write, and who may write may read.
  const write = /^https?:/.test(source) ? shell.connect(source).token : undefined;
  const token = write ?? options.readToken ?? terminal.env.OMBRE_READ_TOKEN;
  const log = textLog(terminal, options.logLevel);
  const peers = [...(options.peer ?? []), ...(place === undefined ? [] : [place.groupUrl])];
  const admin = address(options.admin, '--admin');
  const name = nameOf(options);
  return {
    receiver: {
      source,
      agent: 'ombre gateway',
      ...(environment === undefined ? {} : { environment }),
      ...(token === undefined ? {} : { token }),
      ...(options.keys === undefined ? {} : { keys: { file: resolve(terminal.cwd, options.keys) } }),
      ...(peers.length === 0 ? {} : { peers }),
      ...(options.stateDir === undefined ? {} : { stateDir: resolve(terminal.cwd, options.stateDir) }),
    },
    flag: options.flag,
    listen: inherited(options.listen) ?? address(options.listen, '--listen'),
    admin: place === undefined ? admin : OWN_ADMIN,
    ...(options.forwardAuth === undefined
      ? {}
      : { forwardAuth: address(options.forwardAuth, '--forward-auth') }),
    ...baggageOf(options.baggage, terminal.env.OMBRE_BAGGAGE_KEY),
    name: place === undefined ? name : `${name}.${place.worker}`,
    trusted: options.trust ?? [],
    units: options.unit ?? [],
    attributes: attributesOf(options.attribute ?? []),
    timeout: milliseconds(options.timeout, '--timeout'),
    grace: milliseconds(options.grace, '--grace'),
    expose: options.expose === true,
    log: (level, message) =>
      log[level]({}, place === undefined ? message : `worker ${place.worker}: ${message}`),
    ...(options.breaker ? {} : { breaker: false }),
  };
}

/** Milliseconds of a duration such as `30s`. */
function milliseconds(text: string, option: string): number {
  const value = parseDuration(text);
  if (value === undefined || value <= 0) {
    throw new CommandEnd(exits.usage, `${option} takes a duration such as 500ms or 30s, not "${text}"`);
  }
  return value;
}

/** What the control plane knows the gateway by. Workers append their number, which needs room. */
function nameOf({ name, listen }: Options): string {
  const last = listen.slice(listen.lastIndexOf(':') + 1);
  const place = listen.startsWith('fd:') ? `fd${last}` : last;
  const found = name ?? `${hostname()}-${place}`.replaceAll(/[^A-Za-z0-9._-]/g, '-');
  if (/^[A-Za-z0-9._-]{1,96}$/.test(found)) return found;
  throw new CommandEnd(
    exits.usage,
    `--name is of at most 96 letters, digits, ".", "_" and "-", not "${found}"`,
  );
}

function baggageOf(
  hosts: readonly string[] | undefined,
  key: string | undefined,
): { readonly baggage?: { readonly key: string; readonly hosts: readonly string[] } } {
  if (hosts === undefined) return {};
  if (key === undefined || key.length < 16) {
    throw new CommandEnd(
      exits.usage,
      '--baggage needs a key of 16 characters or more in OMBRE_BAGGAGE_KEY: services see units only as hashes under it',
    );
  }
  return { baggage: { key, hosts } };
}

function attributesOf(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) {
        throw new CommandEnd(
          exits.usage,
          `--attribute takes name=header:NAME or name=cookie:NAME, not "${text}"`,
        );
      }
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
