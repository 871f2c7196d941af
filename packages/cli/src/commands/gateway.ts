import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { parseDuration } from '@ombre/decide/model';
import type { Inherited, Listen, RouteView, RunningGateway } from '@ombre/gateway';
import type { Command } from 'commander';
import { CommandEnd, exits } from '../exit.ts';
import type { Shell } from '../shell.ts';
import { paint } from '../terminal.ts';
import { textLog } from '../text-log.ts';

interface Options {
  readonly source?: string;
  readonly flag: string;
  readonly listen: string;
  readonly admin: string;
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

/** `ombre gateway`: a reverse proxy that asks a flag where each request goes. Runs until it is told to stop. */
export function addGateway(program: Command, shell: Shell): void {
  program
    .command('gateway')
    .description('run a reverse proxy that asks a flag where each request goes, and counts how it went')
    .requiredOption('--flag <flag>', 'the flag whose variants name Upstreams, by value or by name')
    .option('--source <url>', 'control plane, or dir:PATH with resources; default: the one of --url')
    .option(
      '-l, --listen <address>',
      'host:port for clients; port 0 lets the system choose; fd:3 takes the listening socket it was started with',
      '127.0.0.1:8080',
    )
    .option('--admin <address>', 'host:port for /metrics, /routes, /readyz, /v1/break-glass', '127.0.0.1:0')
    .option(
      '--forward-auth <address>',
      'host:port where nginx, Traefik or Envoy ask for decisions; see docs/gateway.md',
    )
    .option(
      '--baggage <hosts...>',
      'endpoints that are told unit (hashed with the key in OMBRE_BAGGAGE_KEY) and variant as W3C baggage',
    )
    .option(
      '--name <name>',
      'what the control plane knows it by, stable over restarts; default: host and port',
    )
    .option('--state-dir <directory>', 'keep the last snapshot, so that a restart needs no control plane')
    .option('--read-token <token>', 'for a control plane that asks one (OMBRE_READ_TOKEN)')
    .option(
      '--keys <file>',
      'verify snapshots by the public keys in this file, which is followed; see docs/keys.md',
    )
    .option('--peer <urls...>', 'admin ports of other gateways, asked for break-glass kills')
    .option('--trust <networks...>', 'proxies in front that may say who the client is, such as 10.0.0.0/8')
    .option(
      '--unit <places...>',
      'where the unit is: header:NAME or cookie:NAME; default: an anonymous cookie',
    )
    .option('--attribute <name=place...>', 'an attribute from header:NAME or cookie:NAME')
    .option('--timeout <duration>', 'for an answer to begin, where the Upstream does not say', '30s')
    .option('--grace <duration>', 'for requests under way when it stops', '30s')
    .option('--no-breaker', 'never leave a failing upstream alone')
    .option('--expose', 'name variant and revision in answers')
    .option('--log-level <level>', 'info, warn or silent', 'info')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ombre gateway --flag submit-service\n  $ ombre gateway --source dir:flags --flag engine --listen 0.0.0.0:8080 --state-dir /var/lib/ombre',
    )
    .action(shell.action((options: Options) => run(shell, options)));
}

async function run(shell: Shell, options: Options): Promise<void> {
  const { terminal } = shell;
  const gateway = await start(shell, options);
  welcome(shell, options, gateway);

  await new Promise<void>((stopped) => {
    process.once('SIGINT', stopped);
    process.once('SIGTERM', stopped);
  });
  terminal.err('\nombre: answering what is under way …\n');
  // Whoever asks twice does not want to wait.
  process.once('SIGINT', () => process.exit(exits.no));
  await gateway.close();
}

async function start(shell: Shell, options: Options): Promise<RunningGateway> {
  const { startGateway } = await import('@ombre/gateway');
  const { terminal } = shell;
  const listen = inherited(options.listen) ?? address(options.listen, '--listen');
  const environment = shell.environment();
  const connection = shell.connect();
  const source = options.source ?? connection.url;
  // Counters are taken from who may write; a token found here is for the control plane found here alone.
  const own = source === connection.url ? connection.token : undefined;
  const token = options.readToken ?? terminal.env.OMBRE_READ_TOKEN ?? own;
  const log = textLog(terminal, options.logLevel);
  const name =
    options.name ??
    `${hostname()}-${'fd' in listen ? `fd${listen.fd}` : listen.port}`.replaceAll(/[^A-Za-z0-9._-]/g, '-');
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(name)) {
    throw new CommandEnd(exits.usage, `--name is of letters, digits, ".", "_" and "-", not "${name}"`);
  }
  try {
    return await startGateway({
      receiver: {
        source,
        agent: 'ombre gateway',
        ...(environment === undefined ? {} : { environment }),
        ...(token === undefined ? {} : { token }),
        ...(options.keys === undefined ? {} : { keys: { file: resolve(terminal.cwd, options.keys) } }),
        ...(options.peer === undefined ? {} : { peers: options.peer }),
        ...(options.stateDir === undefined ? {} : { stateDir: resolve(terminal.cwd, options.stateDir) }),
      },
      flag: options.flag,
      listen,
      admin: address(options.admin, '--admin'),
      ...(options.forwardAuth === undefined
        ? {}
        : { forwardAuth: address(options.forwardAuth, '--forward-auth') }),
      ...baggageOf(options.baggage, terminal.env.OMBRE_BAGGAGE_KEY),
      name,
      trusted: options.trust ?? [],
      units: options.unit ?? [],
      attributes: attributesOf(options.attribute ?? []),
      timeout: milliseconds(options.timeout, '--timeout'),
      grace: milliseconds(options.grace, '--grace'),
      expose: options.expose === true,
      log: (level, message) => log[level]({}, message),
      ...(options.breaker ? {} : { breaker: false }),
    });
  } catch (error) {
    if (error instanceof TypeError) throw new CommandEnd(exits.usage, error.message);
    const { code, port, syscall } = error as NodeJS.ErrnoException & { readonly port?: number };
    if ('fd' in listen && syscall === 'listen' && code !== 'EADDRINUSE') {
      throw new CommandEnd(
        exits.usage,
        `--listen fd:${listen.fd} is no listening socket (${code}): it has to be handed down by whoever starts the gateway`,
      );
    }
    if (code === 'EADDRINUSE') {
      throw new CommandEnd(
        exits.no,
        `port ${port ?? ''} is taken; stop what listens there, or choose another with --listen or --admin`,
      );
    }
    throw error;
  }
}

function welcome(shell: Shell, { flag }: Options, gateway: RunningGateway): void {
  const { terminal } = shell;
  const { url, adminUrl, forwardAuthUrl, receiver } = gateway;
  const routes = gateway.routes();
  const { head, status } = receiver;
  if (shell.json()) {
    const { environment = null, revision = null } = head ?? {};
    terminal.out(
      `${JSON.stringify({ url, adminUrl, forwardAuthUrl, flag, environment, revision, status, routes })}\n`,
    );
    return;
  }
  const bold = (text: string): string => paint(terminal, 'bold', text);
  const state =
    head === undefined
      ? paint(terminal, 'red', `no snapshot yet (${status}): requests are answered 503 until one comes`)
      : `revision ${head.revision} of ${head.environment}, ${status}`;
  const width = Math.max(12, ...routes.map(({ variant }) => variant.length + 2));
  const lines = [
    `${bold('Ombre gateway')} listens on ${bold(url)}`,
    `  ${'flag'.padEnd(width)} ${flag}, ${state}`,
    ...routes.map((route) => `  ${route.variant.padEnd(width)} ${routeText(route)}`),
    ...(head !== undefined && routes.length === 0
      ? [paint(terminal, 'red', `  ${''.padEnd(width)} the environment has no flag called ${flag}`)]
      : []),
    `  ${'metrics'.padEnd(width)} ${adminUrl}/metrics`,
    ...(forwardAuthUrl === undefined ? [] : [`  ${'forward-auth'.padEnd(width)} ${forwardAuthUrl}`]),
    '',
    'stop with Ctrl-C',
  ];
  terminal.out(`${lines.join('\n')}\n`);
}

function routeText({ upstream, endpoints, fallback }: RouteView): string {
  if (upstream === null) return 'refused: no Upstream is named after its value or its name';
  const targets = endpoints.map(({ url, weight }) =>
    endpoints.length === 1 ? url : `${url} (weight ${weight})`,
  );
  return `${upstream} → ${targets.join(', ')}${fallback === null ? '' : `; fallback ${fallback}`}`;
}

/** A socket handed down by whoever starts the gateway, such as `fd:3` by systemd; undefined where the text is an address. */
function inherited(text: string): Inherited | undefined {
  const fd = /^fd:(\d{1,4})$/.exec(text)?.[1];
  return fd === undefined ? undefined : { fd: Number(fd) };
}

function address(text: string, option: string): Listen {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) {
    throw new CommandEnd(exits.usage, `${option} takes host:port such as 127.0.0.1:8080, not "${text}"`);
  }
  return { host, port };
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

function milliseconds(text: string, option: string): number {
  const value = parseDuration(text);
  if (value === undefined || value <= 0) {
    throw new CommandEnd(exits.usage, `${option} takes a duration such as 500ms or 30s, not "${text}"`);
  }
  return value;
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
