import { availableParallelism } from 'node:os';
import type { WorkerPlace } from '@ombre/gateway';
import type { Command } from 'commander';
import { CommandEnd, exits } from '../../exit.ts';
import type { Shell } from '../../shell.ts';
import { textLog } from '../../text-log.ts';
import { address, inherited } from './address.ts';
import { gatewaySettings, type Options } from './settings.ts';
import { tuneCollection } from './tune-collection.ts';
import { welcome } from './welcome.ts';

/** Processes of one gateway at most. */
const MOST_WORKERS = 128;

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
    .option('--workers <count>', 'processes that share the port, or auto: one for each processor', '1')
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
    .option(
      '--read-token <token>',
      'for a control plane that asks one of readers (OMBRE_READ_TOKEN); with the write token (--token) it also counts for releases',
    )
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
      '\nExamples:\n  $ ombre gateway --flag submit-service\n  $ ombre gateway --source dir:flags --flag engine --listen 0.0.0.0:8080 --state-dir /var/lib/ombre --workers auto',
    )
    .action(shell.action((options: Options) => run(shell, options)));
}

async function run(shell: Shell, options: Options): Promise<void> {
  const count = workerCount(shell, options.workers);
  const { workerPlace } = await import('@ombre/gateway');
  const place = workerPlace();
  if (place === undefined && count > 1) await runGroup(shell, options, count);
  else await runGateway(shell, options, place);
}

/** One gateway in this process, which may be a worker of several. */
async function runGateway(shell: Shell, options: Options, place: WorkerPlace | undefined): Promise<void> {
  const { leaveGroup, reportOf, startGateway, tellServing } = await import('@ombre/gateway');
  const settings = gatewaySettings(shell, options, place);
  tuneCollection();
  try {
    const gateway = await startGateway(settings).catch((error) => explain(error, options));
    if (place === undefined) welcome(shell, options.flag, 1, reportOf(gateway));
    else tellServing(reportOf(gateway));
    await signalled();
    if (place === undefined) shell.terminal.err('\nombre: answering what is under way …\n');
    await gateway.close();
  } finally {
    leaveGroup();
  }
}

async function runGroup(shell: Shell, options: Options, count: number): Promise<void> {
  const { startWorkers, WorkerError } = await import('@ombre/gateway');
  const { terminal } = shell;
  // What is typed wrongly is said once, not by each worker.
  const { grace = 0 } = gatewaySettings(shell, options, undefined);
  const log = textLog(terminal, options.logLevel);
  const workers = await startWorkers({
    count,
    admin: address(options.admin, '--admin'),
    inherited: inherited(options.listen) !== undefined,
    log: (level, message) => log[level]({}, message),
  }).catch((error) => {
    // It has said why.
    if (error instanceof WorkerError)
      throw new CommandEnd(exits.no, `no worker is started: ${error.message}`);
    return explain(error, options);
  });
  welcome(shell, options.flag, count, workers.report);
  const deserted = await Promise.race([signalled(), workers.deserted.then(() => true)]);
  if (deserted === true) {
    await workers.close(0);
    throw new CommandEnd(
      exits.no,
      'the last worker died, and the socket that was handed down is gone with it: whoever holds it has to start the gateway again',
    );
  }
  terminal.err('\nombre: answering what is under way …\n');
  await workers.close(grace);
}

/** Settles when the process is told to stop. Whoever presses Ctrl-C twice does not want to wait. */
async function signalled(): Promise<void> {
  await new Promise<void>((stopped) => {
    process.once('SIGINT', stopped);
    // A worker may be told twice, by systemd and by the process that looks after it.
    process.on('SIGTERM', stopped);
  });
  process.once('SIGINT', () => process.exit(exits.no));
}

function workerCount(shell: Shell, text: string): number {
  const count = text === 'auto' ? availableParallelism() : shell.wholeNumber(text, '--workers');
  if (count >= 1 && count <= MOST_WORKERS) return count;
  throw new CommandEnd(
    exits.usage,
    `--workers takes auto or a number from 1 to ${MOST_WORKERS}, not ${text}`,
  );
}

/** Says what kept a gateway from starting, where a person can do something about it. */
function explain(error: unknown, options: Options): never {
  if (error instanceof TypeError) throw new CommandEnd(exits.usage, error.message);
  const { code, port, syscall } = error as NodeJS.ErrnoException & { readonly port?: number };
  const socket = inherited(options.listen);
  if (socket !== undefined && syscall === 'listen' && code !== 'EADDRINUSE') {
    throw new CommandEnd(
      exits.usage,
      `--listen fd:${socket.fd} is no listening socket (${code}): it has to be handed down by whoever starts the gateway`,
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
