import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { evaluate } from '@ombre/decide';
import { Ombre } from '@ombre/sdk';
import { Pool } from 'undici';
import { type Submission, submissions } from './submissions.ts';

/**
 * Replays real answers of students (../shared/data/assistments) through the example environment, by the SDK and over OFREP, and compares
 * every flag of every answer. `node bench/dist/replay.js [--students N]`; all 265,640 answers unless said.
 */
const root = join(import.meta.dirname, '..', '..');
const file = join(root, '..', 'shared', 'data', 'assistments', 'assist_test_sequences.txt');
const CONNECTIONS = 32;

interface Evaluated {
  readonly key: string;
  readonly value: unknown;
  readonly variant?: string;
  readonly metadata?: { readonly rule?: string };
}

async function main(): Promise<void> {
  if (!existsSync(file)) return console.log('skipped: ../shared/data/assistments is absent');
  const at = process.argv.indexOf('--students');
  const students = at > 0 ? Number(process.argv[at + 1]) : Number.POSITIVE_INFINITY;
  const asked = [...submissions(file, students)];
  const folder = mkdtempSync(join(tmpdir(), 'ombre-replay-'));
  const words = [
    'up',
    join(root, 'examples', 'question-bank'),
    '--data-dir',
    folder,
    '--port',
    '0',
    '--log-level',
    'silent',
  ];
  const plane = spawn(process.execPath, [join(root, 'packages', 'cli', 'bin', 'ombre.js'), ...words], {
    stdio: 'ignore',
  });
  try {
    const listening = join(folder, 'listening.json');
    for (let tries = 0; !existsSync(listening) && tries < 300; tries++) await wait(100);
    const { url } = JSON.parse(readFileSync(listening, 'utf8')) as { url: string };
    await replay(url, asked);
  } finally {
    plane.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function replay(url: string, asked: readonly Submission[]): Promise<void> {
  const ombre = await Ombre.open({ source: url });
  const flags = ombre.flags;
  const counts = new Map<string, number>();

  const began = performance.now();
  const own = asked.map(({ context }) => {
    const bound = ombre.bind(context);
    return bound === undefined ? [] : flags.map((flag) => evaluate(bound, flag));
  });
  const bySdk = (performance.now() - began) / 1000;
  for (const outcome of own.flat()) {
    const name = `${outcome.flag}\t${outcome.rule ?? outcome.reason}\t${outcome.variant ?? ''}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  const pool = new Pool(url, { connections: CONNECTIONS });
  let next = 0;
  let different = 0;
  const begun = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  const overOfrep = (performance.now() - begun) / 1000;

  async function worker(): Promise<void> {
    for (let index = next++; index < asked.length; index = next++) {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: '/ofrep/v1/evaluate/flags',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ context: asked[index]?.context }),
      });
      const answer = (await body.json()) as { flags?: readonly Evaluated[] };
      const theirs = answer.flags?.map(({ key, value, variant, metadata }) =>
        JSON.stringify([key, value, variant, metadata?.rule]),
      );
      const ours = own[index]?.map(({ flag, value, variant, rule }) =>
        JSON.stringify([flag, value, variant, rule]),
      );
      if (statusCode !== 200 || theirs?.join() !== ours?.join()) different++;
    }
  }

  console.log(
    `${asked.length} answers of ${new Set(asked.map((one) => one.student)).size} students, ${flags.length} flags each`,
  );
  console.log(
    `by SDK      ${rate(asked.length * flags.length, bySdk)} evaluations/s (each context bound once)`,
  );
  console.log(
    `over OFREP  ${rate(asked.length, overOfrep)} bulk requests/s on ${CONNECTIONS} connections, client included`,
  );
  console.log(`different   ${different}\n`);
  for (const [name, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${count}\t${name}`);
  await pool.close();
  await ombre.close();
  process.exitCode = different === 0 ? 0 : 1;
}

function rate(count: number, seconds: number): string {
  return Math.round(count / seconds).toLocaleString('en');
}

await main();
