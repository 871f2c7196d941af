/**
 * A thousand releases that climb at once in one server on SQLite, with ten gateways that report a hundred of them each every 250 ms:
 * how late ticks come and how many there are, memory, and how long one that begins to fail takes to be taken back among the others.
 * Run: npx tsc -b && npx tsc -b bench && node bench/dist/releases-1000.js
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CounterRow, createClient, type Fetch } from '@ombre/protocol';
import { startServer } from '@ombre/server';

const RELEASES = Number(process.env.RELEASES ?? 1000);
const GATEWAYS = 10;
const SECONDS = Number(process.env.SECONDS ?? 20);
const EVERY = 250;
const LEVEL = 'half';

const [role, url, token] = process.argv.slice(2);
if (role === 'gateways') await report(url as string, token as string);
else await measure();

/** Posts what ten gateways count: healthy users of all releases, until it is told which one begins to fail. */
async function report(server: string, write: string): Promise<void> {
  let failing: string | undefined;
  let gone: string | undefined;
  process.on('message', (message: { readonly fails?: string; readonly gone?: string }) => {
    failing = message.fails ?? failing;
    gone = message.gone ?? gone;
  });
  process.on('disconnect', () => process.exit());
  const rows = new Map<string, CounterRow>();
  const full = Array.from({ length: GATEWAYS }, () => true);
  const keyOf = ({ flag, arm, bucket }: CounterRow): string => `${flag} ${arm} ${bucket}`;

  /** What changed of one release since the last report; counts are cumulative. */
  function counted(index: number, sequence: number): CounterRow[] {
    const release = `r${index}`;
    // Everybody is seen in turn: two of 64 sub-buckets a report, all of them for the one that fails.
    const buckets =
      failing === release ? [...Array(64).keys()] : [(2 * sequence) % 64, (2 * sequence + 1) % 64];
    const arms = gone === release ? (['control'] as const) : (['treatment', 'control'] as const);
    return buckets.flatMap((bucket) => arms.map((arm) => grown(release, arm, bucket)));
  }

  function grown(release: string, arm: 'treatment' | 'control', bucket: number): CounterRow {
    const fresh: CounterRow = {
      flag: release.replace('r', 'f'),
      rule: null,
      release,
      level: LEVEL,
      arm,
      epoch: 1,
      variant: arm === 'treatment' ? 'v2' : 'v1',
      bucket,
      requests: 0,
      failures: 0,
      slow: [],
      latencySum: 0,
      open: 0,
      units: 40,
    };
    const { requests, failures, ...row } = rows.get(keyOf(fresh)) ?? fresh;
    const fails = failing === release && arm === 'treatment';
    return { ...row, requests: requests + 4, failures: failures + (fails ? 2 : 0) };
  }

  for (let sequence = 1; ; sequence++) {
    const began = performance.now();
    for (let gateway = 0; gateway < GATEWAYS; gateway++) {
      const own = releasesOf(gateway);
      const changed = own.flatMap((index) => counted(index, sequence));
      for (const row of changed) rows.set(keyOf(row), row);
      const limits = Object.fromEntries(own.map((index) => [`r${index}`, []]));
      const all = full[gateway]
        ? [...rows.values()].filter(({ flag }) => Number(flag.slice(1)) % GATEWAYS === gateway)
        : changed;
      const body = {
        source: `g${gateway}`,
        boot: 'b',
        sequence,
        at: 0,
        limits,
        full: full[gateway],
        rows: all,
      };
      const answer = await fetch(`${server}/v1/counters`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${write}` },
        body: JSON.stringify(body),
      }).catch(() => undefined);
      const said = (await answer?.json().catch(() => undefined)) as { resend?: boolean } | undefined;
      full[gateway] = said?.resend !== false;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, EVERY - (performance.now() - began))));
  }
}

/** Numbers of the releases that a gateway reports: every tenth. */
function releasesOf(gateway: number): readonly number[] {
  return Array.from({ length: RELEASES }, (_, index) => index).filter(
    (index) => index % GATEWAYS === gateway,
  );
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-releases-'));
  const server = await startServer({ dataDirectory: folder, port: 0 });
  const client = createClient({
    url: server.url,
    token: server.writeToken,
    fetch: fetch as unknown as Fetch,
  });
  const gateways = fork(process.argv[1] as string, ['gateways', server.url, server.writeToken]);
  try {
    const names = Array.from({ length: RELEASES }, (_, index) => index);
    const before = process.memoryUsage().rss;
    const applied = performance.now();
    const made = await client.apply({
      origin: 'api',
      resources: [...names.map(flag), ...names.map(release)] as never,
    });
    if (!made.ok) throw new Error(JSON.stringify(made.failure));
    await until(async () => {
      const { dwelling = 0, frozen = 0 } = await phases(server.url);
      return dwelling + frozen === RELEASES;
    });
    const started = performance.now() - applied;
    await pause(5_000);

    const first = await sample(server.url);
    const cpu = process.cpuUsage();
    await pause(SECONDS * 1000);
    const last = await sample(server.url);
    const used = process.cpuUsage(cpu);
    const ticks = last.ticks - first.ticks;
    const late = (bound: string) => (last.late.get(bound) ?? 0) - (first.late.get(bound) ?? 0);

    const name = `r${RELEASES >> 1}`;
    const phaseOf = async () => {
      const answer = await client.release(name);
      return answer.ok ? answer.value.phase : '';
    };
    const failed = performance.now();
    gateways.send({ fails: name });
    await until(async () => (await phaseOf()).startsWith('roll'), 10);
    const decided = performance.now() - failed;
    gateways.send({ gone: name });
    await until(async () => (await phaseOf()) === 'rolled-back', 10);
    const back = performance.now() - failed;
    const view = await client.release(name);
    console.log(
      JSON.stringify(
        {
          releases: RELEASES,
          // Health is unknown while gateways are heard late: on a busy machine some freeze and go on.
          frozen: (await phases(server.url)).frozen ?? 0,
          secondsUntilAllClimb: round(started / 1000),
          ticksPerSecond: round(ticks / SECONDS),
          ticksWithin50ms: round(late('0.05') / ticks),
          ticksWithin250ms: round(late('0.25') / ticks),
          ticksLaterThan3s: ticks - late('3'),
          processor: round((used.user + used.system) / 1e6 / SECONDS),
          megabytes: round(process.memoryUsage().rss / 1e6),
          megabytesBefore: round(before / 1e6),
          secondsUntilDecided: round(decided / 1000),
          secondsUntilTakenBack: round(back / 1000),
          takenBack: view.ok ? view.value.rollback?.sentence : view.failure,
        },
        null,
        2,
      ),
    );
  } finally {
    gateways.disconnect();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

function flag(index: number) {
  const spec = { type: 'string', variants: { v1: 'one', v2: 'two' }, default: 'v1', off: 'v1' };
  return { apiVersion: 'ombre.dev/v1', kind: 'Flag', metadata: { name: `f${index}` }, spec };
}

function release(index: number) {
  const spec = {
    flag: `f${index}`,
    from: 'v1',
    to: 'v2',
    ladder: [{ name: LEVEL, share: 0.5, dwell: '1h', longest: '12h' }],
    guards: [{ errorRate: { max: 0.05 } }, { errorsAboveControl: { effect: 0.02 } }],
  };
  return { apiVersion: 'ombre.dev/v1', kind: 'Release', metadata: { name: `r${index}` }, spec };
}

async function scrape(server: string): Promise<string> {
  return (await fetch(`${server}/metrics`)).text();
}

async function phases(server: string): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const [, phase = ''] of (await scrape(server)).matchAll(
    /^ombre_release_phase\{.*phase="([a-z-]+)"\} 1$/gm,
  )) {
    counts[phase] = (counts[phase] ?? 0) + 1;
  }
  return counts;
}

async function sample(
  server: string,
): Promise<{ readonly ticks: number; readonly late: ReadonlyMap<string, number> }> {
  const text = await scrape(server);
  const ticks = Number(/^ombre_controller_ticks_total\{.*\} (\d+)$/m.exec(text)?.[1] ?? 0);
  const buckets = text.matchAll(/^ombre_controller_tick_late_seconds_bucket\{le="([^"]+)".*\} (\d+)$/gm);
  return { ticks, late: new Map([...buckets].map(([, le = '', count = '0']) => [le, Number(count)])) };
}

async function until(is: () => Promise<boolean>, every = 500): Promise<void> {
  while (!(await is())) await pause(every);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
