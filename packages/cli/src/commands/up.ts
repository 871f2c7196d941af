import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseDuration } from '@ombre/decide';
import { createClient, type Fetch } from '@ombre/protocol';
import type { RunningServer } from '@ombre/server';
import { type Command, Option } from 'commander';
import { connect, LISTENING_FILE } from '../connection.ts';
import { CommandEnd, exits } from '../exit.ts';
import type { Shell } from '../shell.ts';
import { counted, paint } from '../terminal.ts';
import { textLog } from '../text-log.ts';

interface Options {
  readonly port: string;
  readonly host: string;
  readonly database?: string;
  readonly advertise?: string;
  readonly readToken?: string;
  readonly allowHost?: readonly string[];
  readonly allowOrigin?: readonly string[];
  readonly publicPath?: string;
  readonly notify?: string;
  readonly prometheus?: string;
  readonly notifySecret?: string;
  readonly egress?: readonly string[];
  readonly lease?: string;
  readonly logLevel: string;
  readonly logFormat?: string;
}

/** `ombre up`: the control plane on this machine, with a directory as its author. Runs until it is told to stop. */
export function addUp(program: Command, shell: Shell): void {
  program
    .command('up')
    .argument('[directory]', 'resources in YAML or JSON; a save is an apply', '.')
    .description('run the control plane: serve a directory of resources, and every change of it')
    .option('-p, --port <port>', 'port to listen on; 0 lets the system choose', '7171')
    .option(
      '--host <address>',
      'address to listen on; beyond loopback, reading needs a token too',
      '127.0.0.1',
    )
    .option('--database <url>', 'postgres://… instead of SQLite in the data directory')
    .option('--advertise <url>', 'where other processes on that PostgreSQL reach this one')
    .option('--read-token <token>', 'ask this token of readers')
    .option('--allow-host <names...>', 'host names this control plane is reached by, beside loopback’s')
    .option('--allow-origin <origins...>', 'origins of pages that may evaluate from a browser')
    .option('--public-path <path>', 'the path a proxy publishes it under')
    .option('--prometheus <url>', 'ask this Prometheus for metrics of guards and probes')
    .option('--notify <url>', 'tell this webhook what releases do; a URL, env:NAME or file:PATH')
    .option('--notify-secret <reference>', 'sign what it is told: env:NAME or file:PATH')
    .option('--egress <hosts...>', 'hosts that URLs of releases may call, beside loopback’s')
    .option(
      '--lease <duration>',
      'how long a receiver counts as live after it was heard: what a two-phase change waits for one that is cut off (default: "15s")',
    )
    .addOption(
      new Option('--log-level <level>', 'what the log tells')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info'),
    )
    .addOption(
      new Option('--log-format <format>', 'text where a person watches, unless said').choices([
        'text',
        'json',
      ]),
    )
    .addHelpText(
      'after',
      '\nStore, keys and tokens live in .ombre beside the resources, or in --data-dir.\n\nExamples:\n  $ ombre up examples/question-bank\n  $ ombre up flags --port 0 --database postgres://ombre@localhost/ombre',
    )
    .action(shell.action((directory: string, options: Options) => up(shell, directory, options)));
}

async function up(shell: Shell, place: string, options: Options): Promise<void> {
  const { terminal } = shell;
  const directory = resolve(terminal.cwd, place);
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    throw new CommandEnd(exits.usage, `${place} is no directory; name the one that holds the resources`);
  }
  const dataDirectory = resolve(terminal.cwd, shell.dataDirectory() ?? join(directory, '.ombre'));
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const server = await start(shell, directory, dataDirectory, options);
  const listening = join(dataDirectory, LISTENING_FILE);
  writeFileSync(listening, JSON.stringify({ url: server.url, pid: process.pid }));
  await welcome(shell, server, place, dataDirectory, options);

  await new Promise<void>((stopped) => {
    process.once('SIGINT', stopped);
    process.once('SIGTERM', stopped);
  });
  terminal.err('\nombre: ending streams and closing the store …\n');
  rmSync(listening, { force: true });
  // Whoever asks twice does not want to wait.
  process.once('SIGINT', () => process.exit(exits.no));
  await server.close();
}

async function start(
  shell: Shell,
  directory: string,
  dataDirectory: string,
  options: Options,
): Promise<RunningServer> {
  const { createLog, SettingsError, startServer, StoreError } = await import('@ombre/server');
  const environment = shell.environment();
  const json = options.logFormat === undefined ? !shell.terminal.interactive : options.logFormat === 'json';
  try {
    return await startServer({
      directory,
      dataDirectory,
      host: options.host,
      port: shell.wholeNumber(options.port, '--port'),
      log: json ? createLog(options.logLevel, process.stderr) : textLog(shell.terminal, options.logLevel),
      ...(environment === undefined ? {} : { environment }),
      ...(options.database === undefined ? {} : { database: options.database }),
      ...(options.advertise === undefined ? {} : { advertise: options.advertise }),
      ...(options.readToken === undefined ? {} : { readToken: options.readToken }),
      ...(options.allowHost === undefined ? {} : { hosts: options.allowHost }),
      ...(options.allowOrigin === undefined ? {} : { origins: options.allowOrigin }),
      ...(options.publicPath === undefined ? {} : { publicPath: options.publicPath }),
      ...(options.prometheus === undefined ? {} : { prometheus: options.prometheus }),
      ...(options.notify === undefined ? {} : { notify: options.notify }),
      ...(options.notifySecret === undefined ? {} : { notifySecret: options.notifySecret }),
      ...(options.egress === undefined ? {} : { egress: options.egress }),
      ...leaseOf(options.lease),
    });
  } catch (error) {
    if (error instanceof StoreError) throw new CommandEnd(exits.no, `${error.code}: ${error.message}`);
    if (error instanceof SettingsError) throw new CommandEnd(exits.usage, error.message);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new CommandEnd(
        exits.no,
        `port ${options.port} of ${options.host} is taken; stop what listens there, or choose another with --port (0: any)`,
      );
    }
    throw error;
  }
}

async function welcome(
  shell: Shell,
  server: RunningServer,
  place: string,
  dataDirectory: string,
  options: Options,
): Promise<void> {
  const { terminal } = shell;
  if (shell.json()) {
    const { url, environment, revision, flags, reading, issues, writeToken, keys, breakGlassKey } = server;
    terminal.out(
      `${JSON.stringify({ url, environment, revision, flags, reading, issues, writeToken, keys, breakGlassKey, dataDirectory })}\n`,
    );
    return;
  }
  const data = relative(terminal.cwd, dataDirectory) || '.';
  const bold = (text: string): string => paint(terminal, 'bold', text);
  const errors = server.issues.filter((issue) => issue.severity === 'error');
  // What a climbing release holds is no mistake of the files, and the rest of them is served.
  const held = errors.filter(({ code }) => code.startsWith('RELEASE_'));
  const wrong = errors.filter((issue) => !held.includes(issue));
  const lines = [
    `${bold('Ombre')} listens on ${bold(server.url)}`,
    `  environment  ${server.environment}, revision ${server.revision}, ${counted(server.flags, 'flag')}`,
    `  resources    ${place} (${server.reading ? 'still being read; the revision from before is served meanwhile' : 'watched: a save is an apply'})`,
    `  store        ${options.database === undefined ? `SQLite in ${data}` : 'PostgreSQL'}`,
    `  write token  ${server.writeToken}`,
    ...(server.readToken === undefined ? [] : [`  read token   ${server.readToken}`]),
    ...(server.breakGlassKey === undefined
      ? []
      : [
          `  break-glass  ${server.breakGlassKey
            .trim()
            .split('\n')
            .join(`\n${' '.repeat(15)}`)}`,
          '               (shown once and kept nowhere: keep it safe)',
        ]),
    ...wrong.map((issue) => paint(terminal, 'red', `  refused      ${placed(issue)}`)),
    ...(wrong.length > 0 ? ['  the last good revision is served; save a mended file'] : []),
    ...held.map((issue) => paint(terminal, 'yellow', `  held back    ${placed(issue)}`)),
    ...(held.length > 0 ? ['  it is applied when the release lets go; all else is served'] : []),
    '',
    ...(await suggestions(shell, server, place, dataDirectory)),
    '',
    'stop with Ctrl-C',
  ];
  terminal.out(`${lines.join('\n')}\n`);
}

function placed({ file, line, column, message, code }: RunningServer['issues'][number]): string {
  return `${file === '' ? '' : `${file}:${line}:${column} `}${message} [${code}]`;
}

/** Questions that make sense for what was loaded: the flag that is being released or has most rules, with declared values. */
async function suggestions(
  shell: Shell,
  server: RunningServer,
  place: string,
  dataDirectory: string,
): Promise<readonly string[]> {
  const { terminal } = shell;
  const client = createClient({
    url: server.url,
    token: server.writeToken,
    environment: server.environment,
    fetch: globalThis.fetch as unknown as Fetch,
  });
  const answer = await client.resources();
  const resources = answer.ok ? answer.value.resources.map((one) => one.resource) : [];
  const released = resources.flatMap((one) => (one.kind === 'Release' ? [one.spec.flag] : []));
  const flags = resources.flatMap((one) => (one.kind === 'Flag' ? [one] : []));
  const rules = ({ metadata, spec }: (typeof flags)[number]): number =>
    (spec.rules?.length ?? 0) + (released.includes(metadata.name) ? 1_000 : 0);
  const flag = flags.toSorted((one, other) => rules(other) - rules(one))[0]?.metadata.name;
  if (flag === undefined) {
    return [`there is no flag yet: save one in ${place} (docs/guide.md has one), and it is served at once`];
  }
  const attributes = resources.flatMap((one) =>
    one.kind === 'Vocabulary' ? Object.entries(one.spec.attributes) : [],
  );
  const given = attributes
    .flatMap(([name, { values }]) => (values === undefined ? [] : ([[name, values.at(-1) ?? '']] as const)))
    .slice(0, 2);
  const context = JSON.stringify({ context: { targetingKey: 'user-1', ...Object.fromEntries(given) } });
  // From this folder commands find the control plane by themselves where its data directory stands here or above.
  const near = connect(terminal, {});
  const found = near.url === server.url && near.token === server.writeToken;
  const ombre = found ? 'npx ombre' : `npx ombre --data-dir ${relative(terminal.cwd, dataDirectory) || '.'}`;
  const url = server.url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
  const token = server.readToken === undefined ? '' : ` -H 'authorization: Bearer ${server.readToken}'`;
  return [
    'try, from this folder:',
    `  ${ombre} explain ${[flag, ...given.map(([name, value]) => `${name}=${value}`)].join(' ')} --unit user-1`,
    `  curl -s ${url}/ofrep/v1/evaluate/flags/${flag}${token} -H 'content-type: application/json' -d '${context}'`,
    `  ${ombre} history`,
  ];
}

function leaseOf(text: string | undefined): { readonly lease?: number } {
  if (text === undefined) return {};
  const lease = parseDuration(text);
  if (lease !== undefined && lease >= 1_000 && lease <= 300_000) return { lease };
  throw new CommandEnd(exits.usage, `--lease takes a duration from 1s to 5m, not "${text}"`);
}
