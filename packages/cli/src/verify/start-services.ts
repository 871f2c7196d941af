import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandEnd, exits } from '../exit.ts';
import type { MetricsSource, Service, Suite } from './suite.ts';

export interface RunningServices {
  /** Addresses by name. */
  readonly urls: ReadonlyMap<string, string>;
  /** The port the gateway has to listen on: some services were told. */
  readonly gateway: number;
  /** The address of the metrics source. */
  readonly prometheus: string | undefined;
  close(): Promise<void>;
}

/** Milliseconds a service may take until it answers. */
const START = 30_000;
/** Milliseconds it may take to end when asked, before it is made to. */
const END = 5_000;

/** Starts what is to be started and waits until each service answers; what was started ends with `close`. */
export async function startServices(suite: Suite): Promise<RunningServices> {
  const urls = new Map<string, string>();
  const started: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(started.map((stop) => stop()));
  };
  try {
    const gateway = await freePort();
    const place = { folder: suite.folder, gateway: `http://127.0.0.1:${gateway}` };
    for (const [name, service] of Object.entries(suite.services)) {
      if ('url' in service) urls.set(name, service.url);
      else urls.set(name, await start(name, service, place, started));
    }
    const prometheus =
      suite.prometheus === undefined
        ? undefined
        : await startPrometheus(suite.prometheus, suite.services, urls, place, started);
    return { urls, gateway, prometheus, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  name: string,
  { command, ready }: Extract<Service, { command: unknown }>,
  { folder, gateway }: { readonly folder: string; readonly gateway: string },
  started: (() => unknown)[],
): Promise<string> {
  const port = await freePort();
  const [program = '', ...words] = command.map((word) =>
    word.replaceAll('{port}', String(port)).replaceAll('{gateway}', gateway),
  );
  const said: string[] = [];
  // Its input is kept open: some services end when whoever started them goes away.
  const child = spawn(program, words, {
    cwd: folder,
    stdio: 'pipe',
    env: { ...process.env, PORT: String(port), GATEWAY: gateway },
  });
  started.push(() => end(child));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      said.push(piece.toString());
      if (said.length > 50) said.shift();
    });
  }
  let gone: string | undefined;
  child.on('error', (error) => {
    gone = error.message;
  });
  child.on('exit', (code, signal) => {
    gone ??= `it ended with ${code ?? signal}`;
  });
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + START;
  while (!(await answers(port, ready === undefined ? undefined : url + ready))) {
    if (gone !== undefined || performance.now() > deadline) {
      const why = gone ?? `it did not answer on port ${port} within ${START / 1000} s`;
      throw new CommandEnd(
        exits.no,
        `service ${name} did not start: ${why}\n${said.join('').trimEnd()}`.trimEnd(),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return url;
}

/** A real one that scrapes the services which have metrics, or the address of one that runs. */
async function startPrometheus(
  source: MetricsSource,
  services: Suite['services'],
  urls: ReadonlyMap<string, string>,
  place: { readonly folder: string; readonly gateway: string },
  started: (() => unknown)[],
): Promise<string> {
  if ('url' in source) return source.url;
  const jobs = Object.entries(services).flatMap(([name, { metrics }]) =>
    metrics === undefined
      ? []
      : [
          {
            job_name: name,
            metrics_path: metrics,
            static_configs: [{ targets: [new URL(urls.get(name) ?? '').host] }],
          },
        ],
  );
  const every = `${source.every}ms`;
  const data = mkdtempSync(join(tmpdir(), 'ombre-verify-metrics-'));
  const config = join(data, 'prometheus.yml');
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({ global: { scrape_interval: every, scrape_timeout: every }, scrape_configs: jobs }),
  );
  const stops: (() => unknown)[] = [];
  started.push(async () => {
    await Promise.all(stops.map((stop) => stop()));
    rmSync(data, { recursive: true, force: true });
  });
  const command = [
    source.program,
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(data, 'data')}`,
    '--web.listen-address=127.0.0.1:{port}',
  ];
  const url = await start('prometheus', { command, ready: '/-/ready' }, place, stops);
  // It takes seconds until it scrapes; a question before that would be answered by nothing.
  const deadline = performance.now() + START;
  while ((await scraped(url)) < jobs.length) {
    if (performance.now() > deadline)
      throw new CommandEnd(
        exits.no,
        `not every service with metrics could be scraped within ${START / 1000} s`,
      );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return url;
}

/** How many services it has metrics of. */
async function scraped(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/query?query=count(up==1)`, {
    signal: AbortSignal.timeout(1_000),
  }).then(
    (response) => response.json() as Promise<{ data?: { result?: { value?: [number, string] }[] } }>,
    () => undefined,
  );
  return Number(answer?.data?.result?.[0]?.value?.[1] ?? 0);
}

async function answers(port: number, ready: string | undefined): Promise<boolean> {
  if (ready !== undefined) {
    return fetch(ready, { signal: AbortSignal.timeout(1_000) }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.ok;
      },
      () => false,
    );
  }
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), END);
  await gone;
  clearTimeout(force);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
