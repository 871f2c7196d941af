import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, get, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { murmur3 } from '@ombre/decide';
import { type Level, type Resource, resourceSchema } from '@ombre/decide/model';
import { startGateway } from '@ombre/gateway';
import { type Counters, createClient, type Fetch } from '@ombre/protocol';
import { createLedger } from '@ombre/release';
import { startServer } from '@ombre/server';
import { afterEach, expect, test } from 'vitest';
import { until } from '../until.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Stands between a gateway and its control plane, and shows the reports that pass. */
function relayTo(url: string, seen: (report: Counters) => void): Server {
  return createServer((asked, answer) => {
    const pieces: Buffer[] = [];
    const headers = { ...asked.headers, host: new URL(url).host };
    const onward = request(`${url}${asked.url}`, { method: asked.method, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.on('data', (piece: Buffer) => pieces.push(piece));
    asked.on('end', () => {
      if (asked.url?.endsWith('/v1/counters')) seen(JSON.parse(Buffer.concat(pieces).toString()) as Counters);
    });
    asked.pipe(onward);
  });
}

const USERS = Array.from({ length: 400 }, (_, i) => ({ id: `u${i}`, region: i % 2 === 0 ? 'CN' : 'DE' }));
/** A few clients fail always, whatever serves them. */
const isBroken = (id: string): boolean => murmur3(id) % 25 === 0;

const LADDER: readonly Level[] = [
  {
    name: 'region',
    when: 'user.region == "CN"',
    share: 0.4,
    dwell: '1h',
    gate: { approval: true },
    steps: [{ share: 0.1, dwell: '1h' }],
  },
  { name: 'full', share: 1, dwell: '1h' },
];

function resources(service: string): readonly Resource[] {
  const of = (kind: string, name: string, spec: object): Resource =>
    resourceSchema.parse({ apiVersion: 'ombre.dev/v1', kind, metadata: { name }, spec });
  return [
    of('Vocabulary', 'users', {
      attributes: { 'user.id': { type: 'string' }, 'user.region': { type: 'string' } },
    }),
    of('Flag', 'engine', {
      type: 'string',
      variants: { v1: 'one', v2: 'one' },
      default: 'v1',
      off: 'v1',
      unit: 'user.id',
    }),
    of('Upstream', 'one', { endpoints: [{ url: service }] }),
    of('Release', 'engine-v2', {
      ...{ flag: 'engine', from: 'v1', to: 'v2' },
      ladder: LADDER,
      guards: [{ errorsAboveControl: { effect: 0.2 } }],
    }),
  ];
}

/** Those the level is for whose position is from one share to below another. */
function within(from: number, to: number) {
  return USERS.filter(({ id, region }) => {
    const position = (murmur3(`release/engine-v2:${id}`) >>> 0) / 2 ** 32;
    return region === 'CN' && position >= from && position < to;
  });
}

test('while a release waits, a gateway counts those its first level is for by the arms they will be in, and the arms are compared less that', async () => {
  const service = createServer((asked, answer) => {
    answer.writeHead(isBroken(String(asked.headers['x-user'])) ? 500 : 200).end();
  });
  const upstream = await listen(service);
  const folder = mkdtempSync(join(tmpdir(), 'ombre-ahead-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const plane = await startServer({
    dataDirectory: folder,
    database: 'memory:',
    environment: 'shop/test',
    port: 0,
  });
  ends.push(() => plane.close());
  const client = createClient({
    ...{ url: plane.url, token: plane.writeToken },
    fetch: globalThis.fetch as unknown as Fetch,
  });
  const wrote = { origin: 'api', partial: false, why: 'e2e', author: 'e2e' } as const;
  const applied = await client.apply({ ...wrote, resources: resources(upstream) });
  expect(applied.ok).toBe(true);

  const ledger = createLedger();
  const relay = relayTo(plane.url, (report) => ledger.take(report, 0));
  const gateway = await startGateway({
    receiver: { source: await listen(relay), environment: 'shop/test', token: plane.writeToken },
    ...{ flag: 'engine', listen: { host: '127.0.0.1', port: 0 }, name: 'edge', grace: 1_000, breaker: false },
    attributes: { 'user.id': 'header:x-user', 'user.region': 'header:x-region' },
  });
  ends.push(() => gateway.close());
  await gateway.receiver.started;
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  ends.push(() => agent.destroy());
  const askAll = (): Promise<unknown> =>
    Promise.all(
      USERS.map(
        ({ id, region }) =>
          new Promise<void>((done, failed) => {
            const headers = { 'x-user': id, 'x-region': region };
            get(gateway.url, { agent, headers }, (answer) => answer.resume().on('end', done)).on(
              'error',
              failed,
            );
          }),
      ),
    );

  await until(async () => expect((await release()).phase).toBe('waiting'));
  for (let times = 0; times < 3; times += 1) await askAll();
  const total = (counts: readonly number[] = []) => counts.reduce((sum, count) => sum + count, 0);
  const tally = () => ledger.tally('engine-v2', 0, 0, 0, LADDER);
  await until(() => expect(total(tally().outside?.ended)).toBe(3 * USERS.length));
  const counted = (tally().ahead ?? []).map(({ level, from, below, counts: { ended, failures } }) => {
    return { level, from, below, ended: total(ended), failures: total(failures) };
  });
  const bands = [0, 0.1, 0.2, 0.4].map((from) => {
    const below = 2 * from || 0.1;
    const users = within(from, below);
    const failures = 3 * users.filter(({ id }) => isBroken(id)).length;
    return { level: 'region', from: 1e6 * from, below: 1e6 * below, ended: 3 * users.length, failures };
  });
  expect(counted.sort((a, b) => a.from - b.from)).toEqual(bands);

  for (const command of ['approve', 'promote'] as const) {
    const { epoch } = await release();
    expect((await client.tellRelease('engine-v2', command, { why: 'e2e' })).ok).toBe(true);
    await until(async () => {
      const moved = await release();
      expect([moved.phase, moved.epoch]).toEqual(['dwelling', epoch + 1]);
    });
  }
  // Clients that always failed still do: what they did before says all of how the arms differ.
  await until(async () => {
    await askAll();
    const { explained, difference, rate, control } = (await release()).health.evidence[0]?.numbers ?? {};
    expect(explained).toBeGreaterThan(0.9);
    expect(Math.abs(difference!)).toBeLessThan(Math.abs(rate! - control!) / 4);
  });

  async function release() {
    const answer = await client.release('engine-v2');
    if (!answer.ok) throw new Error(answer.failure.message);
    return answer.value;
  }
});
