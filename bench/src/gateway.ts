/**
 * The gateway with a routing flag beside nginx's `proxy_pass` and `split_clients`, each as nginx's documentation writes it (HTTP/1.0, a connection
 * to the backend for each request) and with connections kept; all in one run, rounds interleaved, over the same backend (an nginx that answers
 * 1 kB) and the same load: wrk over kept connections as fast as it goes, then a steady rate that everybody keeps up with. One worker process each,
 * or WORKERS of both sides; none logs requests. Goal: at least 0.8 times nginx. Beside them node:http and undici alone, one process. Needs nginx and
 * wrk (Debian packages of these names), else it says so. Run: npx tsc -b bench && node bench/dist/gateway.js
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, quantile, requestBytes } from './http-load.ts';
import { machineTime, processorTime, startNginx } from './nginx-process.ts';
import { pacedLoad } from './paced-load.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 9);
const SECONDS = Number(process.env.SECONDS ?? 2);
/** Seconds under load before anything is measured: V8 compiles what it finds hot, and a Node process that has just started costs six times as much a request. */
const WARM = Number(process.env.WARM ?? 10);
/** Seconds of the same load before each measurement: a process that waited for its turn gave back memory that it takes again in the first second. */
const LEAD = Number(process.env.LEAD ?? 2);
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 32);
const WORKERS = Number(process.env.WORKERS ?? 1);
/** Requests a second of the steady load. */
const RATE = Number(process.env.RATE ?? 3_000);
const OMBRE = fileURLToPath(new URL('../../packages/cli/bin/ombre.js', import.meta.url));
const BARE = fileURLToPath(new URL('bare-proxy.js', import.meta.url));
const PATH = '/shop/items?page=1';
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

const missing = ['nginx', 'wrk'].filter((name) => spawnSync(name, ['-v']).error !== undefined);
if (missing.length > 0) console.log(`skipped: ${missing.join(' and ')} not installed (Debian packages)`);
else await compare();

interface Row {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Sends half of the units to either backend. */
  readonly splits: boolean;
  readonly measured: Measured[];
}

interface Measured {
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of processor a request. */
  readonly cost: number;
  /** Milliseconds at the steady rate. */
  readonly paced50: number;
  readonly paced99: number;
}

async function compare(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-bench-'));
  const children: ChildProcess[] = [];
  const started = (child: ChildProcess): ChildProcess => {
    children.push(child);
    return child;
  };
  try {
    const ports = await freePorts(8);
    const [one = 0, two = 0, plain = 0, split = 0, keptPlain = 0, keptSplit = 0, gateway = 0, bare = 0] =
      ports;
    const backend = (port: number, name: string): string =>
      `server { listen 127.0.0.1:${port}; add_header x-engine ${name}; location / { return 200 "${'x'.repeat(1024)}"; } }`;
    const server = (port: number, location: string): string =>
      `server { listen 127.0.0.1:${port}; location / { ${location} } }`;
    const kept =
      'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;';
    const upstreams = (suffix: string, more: string): string[] => [
      `upstream one${suffix} { server 127.0.0.1:${one}; ${more} }`,
      `upstream two${suffix} { server 127.0.0.1:${two}; ${more} }`,
      `split_clients "$cookie_ombre_unit" $engine${suffix} { 50% two${suffix}; * one${suffix}; }`,
    ];
    started(startNginx(join(folder, 'backend'), 1, [backend(one, 'one'), backend(two, 'two')]));
    const nginx = started(
      startNginx(join(folder, 'proxy'), WORKERS, [
        ...upstreams('', ''),
        ...upstreams('_kept', 'keepalive 256;'),
        server(plain, `proxy_pass http://127.0.0.1:${one};`),
        server(split, 'proxy_set_header Host $host; proxy_pass http://$engine;'),
        server(keptPlain, `proxy_pass http://one_kept; ${kept}`),
        server(keptSplit, `proxy_pass http://$engine_kept; ${kept}`),
      ]),
    );
    const flags = join(folder, 'flags');
    mkdirSync(flags);
    writeFileSync(join(flags, 'flags.yaml'), FLAGS(one, two));
    const options = ['--source', `dir:${flags}`, '--flag', 'engine', '--listen', `127.0.0.1:${gateway}`];
    const more = WORKERS === 1 ? [] : ['--workers', String(WORKERS)];
    const ombre = started(
      spawn(process.execPath, [OMBRE, 'gateway', ...options, ...more, '--log-level', 'silent'], {
        stdio: 'ignore',
      }),
    );
    const endpoints = [one, two].map((port) => `http://127.0.0.1:${port}`);
    const alone = started(spawn(process.execPath, [BARE, String(bare), ...endpoints], { stdio: 'ignore' }));
    for (const port of ports) await listening(port);

    const row = (name: string, port: number, process: ChildProcess, splits: boolean): Row => ({
      name,
      port,
      process,
      splits,
      measured: [],
    });
    const ours = row('ombre gateway, routing flag', gateway, ombre, true);
    const theirs = [
      row('nginx proxy_pass as documented', plain, nginx, false),
      row('nginx split_clients as documented', split, nginx, true),
      row('nginx proxy_pass, kept', keptPlain, nginx, false),
      row('nginx split_clients, kept', keptSplit, nginx, true),
      row('node:http and undici alone', bare, alone, true),
    ];
    // Neighbours in time are compared: the machine's pace changes within seconds.
    const rows = [...theirs.slice(0, 1), ours, ...theirs.slice(1)];
    for (const one of rows) await verify(one);
    for (const one of rows) await load(one, WARM);
    const before = machineTime();
    for (let round = 0; round < ROUNDS; round++) {
      for (const one of rows) one.measured.push(await measure(one));
    }
    const after = machineTime();
    print(rows, ours, theirs);
    const taken = (after.taken - before.taken) / (after.all - before.all);
    console.log(`of this machine's processor time its host took ${(100 * taken).toFixed(1)} % for others`);
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

function print(rows: readonly Row[], ours: Row, theirs: readonly Row[]): void {
  console.log(
    `${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections, ${WORKERS} worker${WORKERS === 1 ? '' : 's'} each side; medians (least to most)`,
  );
  for (const { name, measured } of rows) {
    const of = (part: keyof Measured, digits: number): string =>
      spread(
        measured.map((one) => one[part]),
        digits,
      );
    console.log(
      `${name.padEnd(34)} ${of('rate', 0)} requests/s, p50 ${of('p50', 2)} ms, p99 ${of('p99', 2)} ms, ${of('cost', 1)} µs of processor a request`,
    );
    console.log(
      `${''.padEnd(34)} at a steady ${RATE} requests/s p50 ${of('paced50', 2)} ms, p99 ${of('paced99', 2)} ms`,
    );
  }
  console.log(
    'gateway beside the others by round: throughput / theirs; their p99 / its own; the same at the steady rate (goal ≥ 0.8 of nginx)',
  );
  for (const { name, measured } of theirs) {
    const against = (ratio: (mine: Measured, other: Measured) => number): string =>
      spread(
        ours.measured.map((mine, round) => ratio(mine, measured[round] as Measured)),
        2,
      );
    const rate = against((mine, other) => mine.rate / other.rate);
    const p99 = against((mine, other) => other.p99 / mine.p99);
    const paced = against((mine, other) => other.paced99 / mine.paced99);
    console.log(`${name.padEnd(34)} ${rate}; ${p99}; ${paced}`);
  }
}

function spread(values: readonly number[], digits: number): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

/** Asks as 200 units: all have to be answered alike, and half of them from either backend where it splits. */
async function verify({ name, port, splits }: Row): Promise<void> {
  const from = { one: 0, two: 0 };
  for (let unit = 0; unit < 200; unit++) {
    const cookie = `ombre_unit=${String(unit).padStart(8, '0')}-0841-4074-ac77-3e6700a3b96d`;
    const answer = await fetch(`http://127.0.0.1:${port}${PATH}`, { headers: { cookie } });
    const body = await answer.text();
    const engine = answer.headers.get('x-engine');
    if (answer.status !== 200 || body !== 'x'.repeat(1024) || (engine !== 'one' && engine !== 'two'))
      throw new Error(`${name} answers ${answer.status} ${body.slice(0, 100)}`);
    from[engine] += 1;
  }
  const right = splits ? Math.min(from.one, from.two) > 70 : from.two === 0;
  if (!right) throw new Error(`${name} asked the backends ${from.one} and ${from.two} times`);
}

/** As many requests as it answers; what wrk says of them. An answer other than 2xx ends the bench. */
async function load({ port }: Row, seconds: number): Promise<string> {
  const options = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', '-H', `cookie: ${UNIT}`];
  const child = spawn('wrk', [...options, `http://127.0.0.1:${port}${PATH}`]);
  let text = '';
  child.stdout.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  await new Promise((end) => child.once('close', end));
  if (!/Requests\/sec/.test(text) || /Non-2xx|Socket errors/.test(text)) throw new Error(text);
  return text;
}

async function measure(row: Row): Promise<Measured> {
  const {
    port,
    process: { pid = 0 },
  } = row;
  await load(row, LEAD);
  const before = processorTime(pid);
  const text = await load(row, SECONDS);
  const spent = processorTime(pid) - before;
  const requests = Number(/(\d+) requests in/.exec(text)?.[1]);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  const paced = await pacedLoad(port, requestBytes('GET', PATH, '', `cookie: ${UNIT}\r\n`), {
    connections: CONNECTIONS,
    rate: RATE,
    ms: SECONDS * 1000,
  });
  return {
    rate,
    p50: quantileOf(text, '50%'),
    p99: quantileOf(text, '99%'),
    cost: (spent * 1e6) / requests,
    paced50: quantile(paced, 0.5),
    paced99: quantile(paced, 0.99),
  };
}

function quantileOf(text: string, name: string): number {
  const match = new RegExp(`${name}\\s+([\\d.]+)(us|ms|s)`).exec(text);
  const unit = { us: 0.001, ms: 1, s: 1000 }[match?.[2] ?? ''] ?? Number.NaN;
  return Number(match?.[1]) * unit;
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
