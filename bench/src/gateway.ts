/**
 * The gateway with a routing flag beside nginx: `proxy_pass` as it comes (a connection for each request), with connections kept, and
 * `split_clients` over two upstreams; one worker each, the same backend (an nginx that answers 1 kB), the same load (wrk), rounds alternating in one run. Goal: at least 0.8 times nginx's
 * throughput. Needs nginx and wrk (Debian packages of these names), else it says so. Run: npx tsc -b bench && node bench/dist/gateway.js
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './http-load.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 9);
const SECONDS = Number(process.env.SECONDS ?? 2);
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 32);
const OMBRE = fileURLToPath(new URL('../../packages/cli/bin/ombre.js', import.meta.url));
const UNIT = 'ombre_unit=3a463585-0841-4074-ac77-3e6700a3b96d';

const FLAGS = (one: number, two: number): string => `apiVersion: ombre.dev/v1
kind: Vocabulary
metadata: { name: http }
spec: { attributes: { request.path: { type: string } } }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: engine }
spec:
  type: string
  variants: { v1: engine-v1, v2: engine-v2 }
  default: v1
  off: v1
  rules:
    - { id: beta, when: 'request.path.startsWith("/beta/")', serve: { variant: v2 } }
    - { id: half, serve: { share: 0.5, variant: v2 } }
---
apiVersion: ombre.dev/v1
kind: Upstream
metadata: { name: engine-v1 }
spec: { endpoints: [{ url: "http://127.0.0.1:${one}" }] }
---
apiVersion: ombre.dev/v1
kind: Upstream
metadata: { name: engine-v2 }
spec: { endpoints: [{ url: "http://127.0.0.1:${two}" }] }
`;

/** Programs of the machine, not of the workspace. */
const NGINX = 'nginx';
const WRK = 'wrk';

const missing = [NGINX, WRK].filter((name) => spawnSync(name, ['-v']).error !== undefined);
if (missing.length > 0) console.log(`skipped: ${missing.join(' and ')} not installed (Debian packages)`);
else await compare();

async function compare(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-bench-'));
  const children: ChildProcess[] = [];
  try {
    const ports = await freePorts(6);
    const [one = 0, two = 0, bare = 0, plain = 0, split = 0, gateway = 0] = ports;
    const body = 'x'.repeat(1024);
    const backend = (port: number): string =>
      `server { listen 127.0.0.1:${port}; location / { return 200 "${body}"; } }`;
    const upstream = (name: string, port: number): string =>
      `upstream ${name} { server 127.0.0.1:${port}; keepalive 256; }`;
    const proxy = (port: number, to: string): string =>
      `server { listen 127.0.0.1:${port}; location / { proxy_pass http://${to}; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } }`;
    children.push(nginx(join(folder, 'backend'), [backend(one), backend(two)]));
    children.push(
      nginx(join(folder, 'proxy'), [
        upstream('one', one),
        upstream('two', two),
        'split_clients "$cookie_ombre_unit" $engine { 50% two; * one; }',
        `server { listen 127.0.0.1:${bare}; location / { proxy_pass http://127.0.0.1:${one}; } }`,
        proxy(plain, 'one'),
        proxy(split, '$engine'),
      ]),
    );
    const flags = join(folder, 'flags');
    mkdirSync(flags);
    writeFileSync(join(flags, 'flags.yaml'), FLAGS(one, two));
    const options = ['--source', `dir:${flags}`, '--flag', 'engine', '--listen', `127.0.0.1:${gateway}`];
    children.push(
      spawn(process.execPath, [OMBRE, 'gateway', ...options, '--log-level', 'silent'], { stdio: 'ignore' }),
    );
    for (const port of ports) await listening(port);

    const rows = [
      { name: 'nginx proxy_pass', port: bare },
      { name: 'nginx proxy_pass, keepalive', port: plain },
      { name: 'nginx split_clients', port: split },
      { name: 'ombre gateway, routing flag', port: gateway },
    ];
    const measured = rows.map((): Measured[] => []);
    for (let round = -1; round < ROUNDS; round++) {
      for (const [index, { port }] of rows.entries()) {
        const one = await wrk(port);
        if (round >= 0) measured[index]?.push(one);
      }
    }
    const rates = measured.map((list) => median(list.map(({ rate }) => rate)));
    console.log(`${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections, medians`);
    for (const [index, { name }] of rows.entries()) {
      const p99 = median(measured[index]?.map((one) => one.p99) ?? []);
      const p50 = median(measured[index]?.map((one) => one.p50) ?? []);
      const rate = Math.round(rates[index] ?? 0);
      console.log(
        `${name.padEnd(30)} ${String(rate).padStart(7)} requests/s  p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms`,
      );
    }
    const ours = measured.at(-1) ?? [];
    console.log('gateway / nginx by round: median, least, most (goal ≥ 0.8)');
    for (const [index, { name }] of rows.slice(0, -1).entries()) {
      const numbers = ratio(ours, measured[index] ?? []).map((one) => one.toFixed(2));
      console.log(`${name.padEnd(30)} ${numbers.join(', ')}`);
    }
  } finally {
    for (const child of children) child.kill('SIGTERM');
    await Promise.all(
      children
        .filter((child) => child.exitCode === null)
        .map((child) => new Promise((end) => child.once('exit', end))),
    );
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Measured {
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

function ratio(ours: readonly Measured[], theirs: readonly Measured[]): readonly number[] {
  const ratios = ours.map(({ rate }, round) => rate / (theirs[round]?.rate ?? Number.NaN));
  return [median(ratios), Math.min(...ratios), Math.max(...ratios)];
}

/** Runs wrk against a port; an answer other than 2xx ends the bench. */
async function wrk(port: number): Promise<Measured> {
  const options = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '--latency', '-H', `cookie: ${UNIT}`];
  const child = spawn(WRK, [...options, `http://127.0.0.1:${port}/shop/items?page=1`]);
  let text = '';
  child.stdout.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  await new Promise((end) => child.once('close', end));
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  if (Number.isNaN(rate) || /Non-2xx|Socket errors/.test(text)) throw new Error(text);
  return { rate, p50: quantileOf(text, '50%'), p99: quantileOf(text, '99%') };
}

function quantileOf(text: string, name: string): number {
  const match = new RegExp(`${name}\\s+([\\d.]+)(us|ms|s)`).exec(text);
  const unit = { us: 0.001, ms: 1, s: 1000 }[match?.[2] ?? ''] ?? Number.NaN;
  return Number(match?.[1]) * unit;
}

/** An nginx with one worker, in the foreground. */
function nginx(folder: string, blocks: readonly string[]): ChildProcess {
  mkdirSync(folder);
  const file = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 100000000; ${temporary.join(' ')}
${blocks.join('\n')} }
`,
  );
  return spawn(NGINX, ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], { stdio: 'ignore' });
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nobody listens on port ${port}`);
}
