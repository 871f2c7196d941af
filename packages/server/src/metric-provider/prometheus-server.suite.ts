import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's package `prometheus`; undefined where it is not installed. */
export const prometheusBinary: string | undefined = found('prometheus');

/** A real Prometheus that scrapes nothing, on one port, to be stopped and started at will. */
export interface PrometheusServer {
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and takes its data away. */
  close(): Promise<void>;
}

export async function startPrometheus(): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-metric-provider-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, 'scrape_configs: []\n');
  let running: ChildProcess | undefined;
  const server: PrometheusServer = {
    url,
    async start() {
      running = spawn(
        prometheusBinary ?? 'prometheus',
        [
          `--config.file=${config}`,
          `--storage.tsdb.path=${folder}/data`,
          `--web.listen-address=127.0.0.1:${port}`,
        ],
        { stdio: 'ignore' },
      );
      while (!(await isReady(url))) await new Promise((resolve) => setTimeout(resolve, 100));
    },
    async stop() {
      if (running === undefined) return;
      const ended = new Promise((resolve) => running?.once('exit', resolve));
      running.kill();
      await ended;
      running = undefined;
    },
    async close() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
  await server.start();
  return server;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`)).ok;
  } catch {
    return false;
  }
}

function found(name: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
