import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { EXAMPLE, type Rig, startRig } from '../running-server.suite.ts';

const binary = found('prometheus');
const folder = mkdtempSync(join(tmpdir(), 'ombre-prometheus-'));
let prometheus: ChildProcess | undefined;
let rig: Rig | undefined;

afterAll(async () => {
  if (prometheus !== undefined) {
    const ended = new Promise((resolve) => prometheus?.once('exit', resolve));
    prometheus.kill();
    await ended;
  }
  await rig?.close();
  rmSync(folder, { recursive: true });
});

test.skipIf(binary === undefined)(
  'a real Prometheus scrapes what was decided (skipped without the Debian package prometheus)',
  async () => {
    rig = await startRig({ files: EXAMPLE });
    for (let i = 0; i < 7; i++) await rig.post('/ofrep/v1/evaluate/flags/plain', {});
    const port = await freePort();
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: ombre, static_configs: [{ targets: ['127.0.0.1:${rig.port}'] }] }]\n`,
    );
    const options = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    prometheus = spawn(binary as string, options, { stdio: 'ignore' });
    const query = encodeURIComponent('ombre_decisions_total{flag="plain"}');
    for (;;) {
      const answer = await ask(`http://127.0.0.1:${port}/api/v1/query?query=${query}`);
      const [sample] = answer?.data?.result ?? [];
      if (sample !== undefined) {
        expect(sample.metric).toMatchObject({
          environment: 'judge/production',
          variant: 'on',
          cause: 'static',
        });
        expect(sample.value[1]).toBe('7');
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  },
);

interface Answer {
  readonly data?: { readonly result?: { metric: Record<string, string>; value: [number, string] }[] };
}

async function ask(url: string): Promise<Answer | undefined> {
  try {
    return (await (await fetch(url)).json()) as Answer;
  } catch {
    return undefined;
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
