import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../../test/free-port.ts';

/** Debian's package `prometheus`; undefined where it is not installed. */
export const prometheusBinary: string | undefined = found('prometheus');

/** A real Prometheus on one port, to be stopped and started at will. */
export interface PrometheusServer {
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and takes its data away. */
  close(): Promise<void>;
}

/** Scrapes the addresses each second; without any it has only what it is asked to compute. */
export async function startPrometheus(...scraped: readonly string[]): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-metric-provider-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = join(folder, 'prometheus.yml');
  const targets = scraped.map((one) => new URL(one).host);
  const jobs = targets.length === 0 ? [] : [{ job_name: 'scraped', static_configs: [{ targets }] }];
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: jobs }));
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
