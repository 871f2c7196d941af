/**
 * From a fault to the last request on the bad version (spec E4), by part: a control plane, a gateway, two versions of an HTTP service and
 * 5,000 sticky people, each a process of its own, play one release after the other. At a random instant while a release climbs, the new
 * version (≥ 100 requests a second) begins to fail: from 0.5 to 10.5 % of its requests. Goal: p99 ≤ 3 s in all, blast ≤ 0.7 %.
 * Run: npx tsc -b && npx tsc -b bench && node bench/dist/rollback.js        RUNS=100 RATE=600 POOL=file (keeps runs, adds those it has)
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient, type Fetch, type ReleaseView } from '@ombre/protocol';
import { quantile } from './quantile.ts';

const RUNS = Number(process.env.RUNS ?? 100);
const RATE = Number(process.env.RATE ?? 600);
const SHARE = 0.2;
const HEALTHY = 0.005;
const FAULT = 0.105;
/** The fault comes so long, in ms, after the level is held by every process. */
const FAULT_FROM = 500;
const FAULT_TO = 6_000;
const PEOPLE = 5_000;
const FLAG = 'engine';
const OMBRE = fileURLToPath(new URL('../../packages/cli/bin/ombre.js', import.meta.url));
/** Milliseconds on a clock that processes of one machine share. */
const now = (): number => performance.timeOrigin + performance.now();

/** What one run measured, in ms; shares are parts of one. */
interface Run {
  /** As the release's own record says. */
  readonly recorded: Readonly<Record<string, number>>;
  /** From the fault itself: until it was judged bad, until the roll-back had its revision, until the last request came to the bad version, until that was answered. */
  readonly detection: number;
  readonly decision: number;
  readonly propagation: number;
  readonly drain: number;
  readonly all: number;
  /** How far the record's dating of the fault lies from the truth; positive: later. */
  readonly dating: number;
  readonly guard: string;
  readonly rate: number;
  readonly blast: number;
}

const [role, word] = process.argv.slice(2);
if (role === 'service') serve();
else if (role === 'people') visit(word as string);
else await measure();

// ---- the service

/** Answers after a few milliseconds of waiting, and fails as often as it is told. */
function serve(): void {
  let failing = HEALTHY;
  let arrived = 0;
  let ended = 0;
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    arrived = now();
    const status = Math.random() < failing ? 500 : 200;
    setTimeout(
      () => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end('{"ok":true}', () => {
          ended = now();
        });
      },
      2 + 8 * Math.random(),
    );
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.on('message', (message: { readonly fail?: number }) => {
    failing = message.fail ?? failing;
    process.send?.({ at: now(), arrived, ended, requests });
  });
  process.on('disconnect', () => process.exit());
}

// ---- its people

/** Sends requests at random instants, whether or not earlier ones were answered; some people come far more often than others (σ = 1.2). */
function visit(url: string): void {
  const activity: number[] = [];
  let sum = 0;
  for (let person = 0; person < PEOPLE; person++) {
    const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.sin(2 * Math.PI * Math.random());
    sum += Math.exp(1.2 * normal);
    activity.push(sum);
  }
  const draw = (): number => {
    const point = Math.random() * sum;
    let low = 0;
    let high = PEOPLE - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((activity[middle] ?? 0) < point) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let due = performance.now();
  setInterval(() => {
    const time = performance.now();
    due = Math.max(due, time - 500);
    while (due <= time) {
      due += (-1000 / RATE) * Math.log(1 - Math.random());
      const sent = request(url, { agent, headers: { 'x-user-id': `person-${draw()}` } });
      sent.on('response', (response) => response.on('error', () => {}).resume());
      sent.on('error', () => {});
      sent.end();
    }
  }, 4);
  process.on('disconnect', () => process.exit());
}

// ---- the runs

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-rollback-'));
  const children: ChildProcess[] = [];
  const runs: Run[] = [];
  const pool = process.env.POOL;
  if (pool !== undefined && existsSync(pool)) {
    for (const line of readFileSync(pool, 'utf8').split('\n').filter(Boolean)) {
      runs.push(JSON.parse(line) as Run);
    }
  }
  try {
    const start = (...words: string[]): ChildProcess => {
      const child = fork(import.meta.filename, words);
      children.push(child);
      return child;
    };
    const services = [start('service'), start('service')] as const;
    const [one, two] = await Promise.all(
      services.map(async (service) => (await heard<{ port: number }>(service)).port),
    );
    const data = join(folder, 'data');
    const resources = join(folder, 'resources');
    mkdirSync(resources);
    const plane = spawn(
      process.execPath,
      [OMBRE, '--data-dir', data, 'up', resources, '--port', '0', '--log-level', 'warn'],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    children.push(plane);
    const listening = join(data, 'listening.json');
    while (!existsSync(listening) || readFileSync(listening, 'utf8') === '') await pause(50);
    const { url } = JSON.parse(readFileSync(listening, 'utf8')) as { readonly url: string };
    const token = readFileSync(join(data, 'write-token'), 'utf8').trim();
    const client = createClient({ url, token, fetch: fetch as unknown as Fetch });
    const apply = async (more: readonly unknown[]): Promise<void> => {
      const all = [flag(), upstream('engine-v1', one ?? 0), upstream('engine-v2', two ?? 0), ...more];
      const made = await client.apply({ origin: 'api', resources: all as never });
      if (!made.ok) throw new Error(JSON.stringify(made.failure));
    };
    await apply([]);
    const gateway = await startGateway(url, token, children);
    start('people', gateway);
    await pause(1_500);
    for (let index = 0; index < RUNS; index++) {
      const name = `engine-v2-${index}`;
      await apply([release(name)]);
      const run = await play(services[1], async () => {
        const view = await client.release(name);
        if (!view.ok) throw new Error(JSON.stringify(view.failure));
        return view.value;
      });
      await apply([]);
      if (typeof run === 'string') {
        console.error(`run ${index + 1} left out: ${run}`);
        continue;
      }
      runs.push(run);
      if (pool !== undefined) appendFileSync(pool, `${JSON.stringify(run)}\n`);
      if (process.stderr.isTTY) {
        console.error(`run ${index + 1}: ${Math.round(run.all)} ms by ${run.guard}`);
      }
    }
  } finally {
    for (const child of children.toReversed()) {
      if (child.connected) child.disconnect();
      else child.kill('SIGTERM');
      await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(0)));
    }
    rmSync(folder, { recursive: true });
  }
  tell(runs);
}

/** One release: climbs, begins to fail, goes back. Says why where there is nothing to measure. */
async function play(service: ChildProcess, look: () => Promise<ReleaseView>): Promise<Run | string> {
  const ask = (fail?: number): Promise<Seen> => {
    const answer = heard<Seen>(service);
    service.send(fail === undefined ? {} : { fail });
    return answer;
  };
  for (;;) {
    const { phase, at } = await look();
    if (phase === 'dwelling' && at?.level === 'fifth') break;
    if (phase.startsWith('roll')) return 'taken back before anything failed';
    await pause(100);
  }
  await pause(FAULT_FROM + Math.random() * (FAULT_TO - FAULT_FROM) - 500);
  const before = await ask();
  await pause(500);
  const fault = await ask(FAULT);
  const given = performance.now() + 60_000;
  let view = await look();
  while (view.phase !== 'rolled-back' && performance.now() < given) {
    await pause(100);
    view = await look();
  }
  await pause(200);
  const after = await ask(HEALTHY);
  const { rollback } = view;
  if (rollback?.detectedAt === undefined || rollback.placedAt === undefined) return 'never judged bad';
  if (rollback.detectedAt < fault.at) return 'taken back before it failed';
  const { blast } = rollback;
  return {
    recorded: { ...rollback.parts },
    detection: rollback.detectedAt - fault.at,
    decision: rollback.placedAt - rollback.detectedAt,
    propagation: Math.max(0, after.arrived - rollback.placedAt),
    drain: after.ended - after.arrived,
    all: after.ended - fault.at,
    dating: (rollback.faultAt ?? Number.NaN) - fault.at,
    guard: rollback.evidence.map(({ guard }) => guard).join(' + '),
    rate: (1000 * (fault.requests - before.requests)) / (fault.at - before.at),
    blast: blast === undefined ? Number.NaN : (blast.bad - blast.expected) / blast.requests,
  };
}

interface Seen {
  readonly at: number;
  readonly arrived: number;
  readonly ended: number;
  readonly requests: number;
}

function tell(runs: readonly Run[]): void {
  const row = (name: string, values: readonly number[], digits = 2): void => {
    const at = [0.5, 0.9, 0.99].map((q) => quantile(values, q).toFixed(digits).padStart(8));
    console.log(`${name.padEnd(44)} ${at.join(' ')}`);
  };
  const seconds = (part: keyof Run): readonly number[] => runs.map((run) => Number(run[part]) / 1000);
  const rates = runs.map(({ rate }) => rate);
  console.log(
    `${runs.length} roll-backs at ${RATE} requests/s, ${Math.round(quantile(rates, 0.5))} of them on the new version (least ${Math.round(Math.min(...rates))}), failures ${100 * HEALTHY} → ${100 * FAULT} %`,
  );
  console.log(`${'seconds'.padEnd(44)} ${['p50', 'p90', 'p99'].map((one) => one.padStart(8)).join(' ')}`);
  row('detection: fault → judged bad', seconds('detection'));
  row('decision: → the roll-back has its revision', seconds('decision'));
  row('propagation: → last request on it begins', seconds('propagation'));
  row('drain: → last request on it ends', seconds('drain'));
  row('in all (goal p99 ≤ 3)', seconds('all'));
  row(
    'blast, % of the climb’s requests (goal ≤ 0.7)',
    runs.map(({ blast }) => 100 * blast),
  );
  console.log('by the record of the release itself');
  for (const part of ['detection', 'decision', 'propagation', 'drain']) {
    row(
      part,
      runs.map(({ recorded }) => (recorded[part] ?? Number.NaN) / 1000),
    );
  }
  row('its date of the fault, seconds too late', seconds('dating'));
  const late = runs.filter(({ all }) => all > 3_000).length;
  const wide = runs.filter(({ blast }) => blast > 0.007).length;
  console.log(`${late} took longer than 3 s, ${wide} hurt more than 0.7 %`);
}

async function startGateway(url: string, token: string, children: ChildProcess[]): Promise<string> {
  const words = ['--url', url, '--token', token, '--flag', FLAG, '--name', 'edge'];
  const options = ['--listen', '127.0.0.1:0', '--unit', 'header:x-user-id', '--json', '--log-level', 'warn'];
  const gateway = spawn(process.execPath, [OMBRE, 'gateway', ...words, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(gateway);
  const [line] = await new Promise<string[]>((resolve) => {
    createInterface({ input: gateway.stdout }).once('line', (...first: string[]) => resolve(first));
  });
  return (JSON.parse(line ?? '{}') as { readonly url: string }).url;
}

function heard<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve) => child.once('message', (message) => resolve(message as T)));
}

function flag(): unknown {
  const variants = { v1: 'engine-v1', v2: 'engine-v2' };
  const spec = { type: 'string', variants, default: 'v1', off: 'v1' };
  return { apiVersion: 'ombre.dev/v1', kind: 'Flag', metadata: { name: FLAG }, spec };
}

function upstream(name: string, port: number): unknown {
  const spec = { endpoints: [{ url: `http://127.0.0.1:${port}` }] };
  return { apiVersion: 'ombre.dev/v1', kind: 'Upstream', metadata: { name }, spec };
}

function release(name: string): unknown {
  const spec = {
    flag: FLAG,
    from: 'v1',
    to: 'v2',
    ladder: [
      { name: 'hundredth', share: 0.01, dwell: '1s', untested: true },
      { name: 'fifth', share: SHARE, dwell: '1m', longest: '10m' },
    ],
    guards: [
      { errorRate: { max: 0.05 } },
      { latency: { over: '1.2s', share: 0.05 } },
      { errorsAboveControl: { effect: 0.02 } },
    ],
  };
  return { apiVersion: 'ombre.dev/v1', kind: 'Release', metadata: { name }, spec };
}
