import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resource } from '@ombre/decide/model';
import { type Counters, createClient, type Fetch, type ReleaseView } from '@ombre/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../main.ts';
import {
  NO_POSTGRES,
  type PostgresServer,
  postgresPrograms,
  startPostgres,
} from '../store/postgres/postgres-server.suite.ts';

const ENVIRONMENT = 'shop/live';
const flag: Resource = {
  apiVersion: 'ombre.dev/v1',
  kind: 'Flag',
  metadata: { name: 'a' },
  spec: { type: 'string', variants: { v1: 'one', v2: 'two' }, default: 'v1', off: 'v1' },
};
const release: Resource = {
  apiVersion: 'ombre.dev/v1',
  kind: 'Release',
  metadata: { name: 'r' },
  spec: {
    flag: 'a',
    from: 'v1',
    to: 'v2',
    ladder: [{ name: 'all', share: 0.5, dwell: '1h', untested: true }],
  },
};
const title = postgresPrograms === undefined ? `two nodes (${NO_POSTGRES})` : 'two nodes';

describe.skipIf(postgresPrograms === undefined)(title, () => {
  let postgres: PostgresServer;
  const folder = mkdtempSync(join(tmpdir(), 'ombre-nodes-'));
  const servers: RunningServer[] = [];
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  afterAll(async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true });
  });

  const start = async (name: string, database: string, writeToken: string): Promise<RunningServer> => {
    const dataDirectory = join(folder, name);
    const server = await startServer({
      dataDirectory,
      database,
      environment: ENVIRONMENT,
      port: 0,
      writeToken,
    });
    servers.push(server);
    return server;
  };
  const clientOf = ({ url, writeToken }: RunningServer) =>
    createClient({ url, token: writeToken, fetch: fetch as unknown as Fetch });
  const acknowledge = async (server: RunningServer, receiver: string, revision: number): Promise<void> => {
    const { lineage, digest } = (await (await fetch(`${server.url}/v1/sync/head`)).json()).head;
    const body = JSON.stringify({ receiver, class: 'gateway', lineage, revision, digest });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${server.url}/v1/sync/ack`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
  };
  const until = async (server: RunningServer, is: (view: ReleaseView) => boolean): Promise<ReleaseView> => {
    for (;;) {
      const answer = await clientOf(server).release('r');
      if (answer.ok && is(answer.value)) return answer.value;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  test('a step begins when receivers of both have activated it; both show all receivers', async () => {
    const database = await postgres.database();
    const one = await start('a1', database, 'token-of-one');
    const two = await start('a2', database, 'token-of-two');
    const begun = one.revision;
    await acknowledge(one, 'x', begun);
    await acknowledge(two, 'y', begun);
    expect(await clientOf(one).apply({ origin: 'api', resources: [flag, release] })).toMatchObject({
      ok: true,
    });
    const moved = await until(one, ({ epoch }) => epoch === 1);
    await acknowledge(one, 'x', moved.revision);
    const waits = await until(one, ({ receivers }) => receivers.live === 4 && receivers.activated === 3);
    // As long as it takes: time at the level passes only when the last receiver is there.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const still = await until(one, () => true);
    expect(still).toMatchObject({ phase: waits.phase, receivers: { live: 4, activated: 3 } });
    expect(still.at?.held ?? 0).toBe(0);
    await acknowledge(two, 'y', moved.revision);
    const goes = await until(one, ({ at }) => (at?.held ?? 0) > 0);
    expect(goes.receivers).toEqual({ live: 4, activated: 4 });
    for (const server of [one, two]) {
      const view = await clientOf(server).receivers();
      const rows = view.ok ? view.value.receivers : [];
      expect(rows.filter((row) => row.class === 'gateway')).toMatchObject([
        { receiver: 'x', lease: 'held', behind: 0, node: one.url },
        { receiver: 'y', lease: 'held', behind: 0, node: two.url },
      ]);
      expect(
        rows
          .filter((row) => row.class === 'ofrep')
          .map(({ node }) => node)
          .sort(),
      ).toEqual([one.url, two.url].sort());
    }
  }, 60_000);

  test('counters sent to the one that stands by reach the one that controls, each once', async () => {
    const database = await postgres.database();
    const one = await start('b1', database, 'token-of-one');
    expect(await clientOf(one).apply({ origin: 'api', resources: [flag, release] })).toMatchObject({
      ok: true,
    });
    await until(one, ({ epoch }) => epoch === 1);
    const two = await start('b2', database, 'token-of-two');
    const report = (sequence: number, requests: number): Counters => ({
      source: 'g',
      boot: 'b',
      sequence,
      at: 0,
      limits: { r: [] },
      full: sequence === 1,
      rows: [
        {
          flag: 'a',
          rule: null,
          release: 'r',
          level: 'all',
          arm: 'treatment',
          epoch: 1,
          variant: 'v2',
          bucket: 0,
          requests,
          failures: 0,
          slow: [],
          latencySum: 0,
          open: 0,
          units: 1,
        },
      ],
    });
    const send = async (server: RunningServer, body: Counters, token = server.writeToken) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      return fetch(`${server.url}/v1/counters`, { method: 'POST', headers, body: JSON.stringify(body) });
    };
    expect(await (await send(two, report(1, 10))).json()).toEqual({ resend: false });
    expect(await (await send(one, report(2, 20))).json()).toEqual({ resend: false });
    expect(await (await send(two, report(3, 30))).json()).toEqual({ resend: false });
    // What is said again, or comes late, adds nothing.
    await send(two, report(3, 30));
    await send(two, report(1, 10));
    const seen = await until(one, ({ traffic }) => (traffic.treatment.requestsPerSecond ?? 0) > 0);
    expect(seen.traffic.treatment.requestsPerSecond).toBeGreaterThan(0);
    // A gap is noticed by who controls and answered through the other.
    expect(await (await send(two, report(7, 70))).json()).toEqual({ resend: true });
    // Whoever hands on has checked the caller: what is no process's secret opens nothing.
    expect((await send(two, report(8, 80), 'a-stranger')).status).toBe(403);
    await one.close();
    servers.splice(servers.indexOf(one), 1);
    const answers: number[] = [];
    for (let sequence = 1; answers.at(-1) !== 200; sequence += 1) {
      const answer = await send(two, { ...report(sequence, 90), full: true });
      answers.push(answer.status);
      if (answer.status === 503) expect(answer.headers.get('retry-after')).toBe('1');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(new Set(answers).size).toBeLessThanOrEqual(2);
  }, 60_000);
});
