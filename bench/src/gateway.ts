/**
 * The gateway with a routing flag beside nginx's `proxy_pass` and `split_clients`, each as nginx's documentation writes it (HTTP/1.0, a connection
 * to the backend for each request) and with connections kept; all in one run, rounds interleaved, over the same backend (an nginx that answers
 * 1 kB) and the same load: wrk over kept connections as fast as it goes, then a steady rate that everybody keeps up with. One worker process each,
 * or WORKERS of both sides; none logs requests. Goal: at least 0.8 times nginx. Beside them node:http and undici alone, one process. Needs nginx and
 * wrk (Debian packages of these names), else it says so. Run: npx tsc -b bench && node bench/dist/gateway.js
 */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BODY, openSides, type Side } from './gateway-sides.ts';
import { requestBytes } from './http-load.ts';
import { machineTime, processorTime } from './linux-processor-time.ts';
import { pacedLoad } from './paced-load.ts';
import { median, quantile } from './quantile.ts';
import { runWrk, type WrkReport } from './wrk.ts';

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
const PATH = '/shop/items?page=1';
const UNIT = 'ombre_unit=3a463585-0841-4074-ac77-3e6700a3b96d';

const missing = ['nginx', 'wrk'].filter((name) => spawnSync(name, ['-v']).error !== undefined);
if (missing.length > 0) console.log(`skipped: ${missing.join(' and ')} not installed (Debian packages)`);
else await compare();

/** What each round measured of a side, in the order of rounds. */
type Rounds = ReadonlyMap<Side, Measured[]>;

/** One round: at full load as wrk says (requests a second, milliseconds), and what else was seen. */
interface Measured {
  readonly rate: number;
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
  try {
    const { ours, theirs, inOrder } = await openSides(folder, WORKERS, children);
    for (const side of inOrder) await verify(side);
    for (const side of inOrder) await load(side, WARM);
    const rounds = new Map(inOrder.map((side): [Side, Measured[]] => [side, []]));
    const before = machineTime();
    for (let round = 0; round < ROUNDS; round++) {
      for (const [side, measured] of rounds) measured.push(await measure(side));
    }
    const after = machineTime();
    print(rounds);
    compareRounds(rounds, ours, theirs);
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

function print(rounds: Rounds): void {
  console.log(
    `${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections, ${WORKERS} worker${WORKERS === 1 ? '' : 's'} each side; medians (least to most)`,
  );
  for (const [{ name }, measured] of rounds) {
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
}

/** Round by round, so that each comparison is between neighbours in time. */
function compareRounds(rounds: Rounds, ours: Side, theirs: readonly Side[]): void {
  console.log(
    'gateway beside the others by round: throughput / theirs; their p99 / its own; the same at the steady rate (goal ≥ 0.8 of nginx)',
  );
  const own = rounds.get(ours) ?? [];
  for (const side of theirs) {
    const measured = rounds.get(side) ?? [];
    const against = (ratio: (mine: Measured, other: Measured) => number): string =>
      spread(
        own.map((mine, round) => ratio(mine, measured[round] as Measured)),
        2,
      );
    const rate = against((mine, other) => mine.rate / other.rate);
    const p99 = against((mine, other) => other.p99 / mine.p99);
    const paced = against((mine, other) => other.paced99 / mine.paced99);
    console.log(`${side.name.padEnd(34)} ${rate}; ${p99}; ${paced}`);
  }
}

function spread(values: readonly number[], digits: number): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

/** Asks as 200 units: all have to be answered alike, and half of them from either backend where it splits. */
async function verify({ name, port, splits }: Side): Promise<void> {
  const from = { one: 0, two: 0 };
  for (let unit = 0; unit < 200; unit++) {
    const cookie = `ombre_unit=${String(unit).padStart(8, '0')}-0841-4074-ac77-3e6700a3b96d`;
    const answer = await fetch(`http://127.0.0.1:${port}${PATH}`, { headers: { cookie } });
    const body = await answer.text();
    const engine = answer.headers.get('x-engine');
    if (answer.status !== 200 || body !== BODY || (engine !== 'one' && engine !== 'two'))
      throw new Error(`${name} answers ${answer.status} ${body.slice(0, 100)}`);
    from[engine] += 1;
  }
  const right = splits ? Math.min(from.one, from.two) > 70 : from.two === 0;
  if (!right) throw new Error(`${name} asked the backends ${from.one} and ${from.two} times`);
}

/** As many requests as it answers within so many seconds. */
function load({ port }: Side, seconds: number): Promise<WrkReport> {
  const header = `cookie: ${UNIT}`;
  return runWrk(`http://127.0.0.1:${port}${PATH}`, { connections: CONNECTIONS, seconds, header });
}

async function measure(side: Side): Promise<Measured> {
  const pid = side.process.pid ?? 0;
  await load(side, LEAD);
  const before = processorTime(pid);
  const { requests, rate, p50, p99 } = await load(side, SECONDS);
  const spent = processorTime(pid) - before;
  const paced = await pacedLoad(side.port, requestBytes('GET', PATH, '', `cookie: ${UNIT}\r\n`), {
    connections: CONNECTIONS,
    rate: RATE,
    ms: SECONDS * 1000,
  });
  return {
    rate,
    p50,
    p99,
    cost: (spent * 1e6) / requests,
    paced50: quantile(paced, 0.5),
    paced99: quantile(paced, 0.99),
  };
}
