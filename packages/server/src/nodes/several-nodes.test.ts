import type { Counters } from '@ombre/protocol';
import { expect, test } from 'vitest';
import { flag, resource } from '../commands/control.suite.ts';
import { describeOnPostgres } from '../store/postgres/postgres-server.suite.ts';
import { openProcesses, type Process } from './processes.suite.ts';

/** Milliseconds that the machine may take for a test whose receivers renew nothing. */
const LASTING = 600_000;

const resources = [
  flag('a'),
  resource('Release', 'r', {
    flag: 'a',
    from: 'v1',
    to: 'v2',
    ladder: [{ name: 'all', share: 0.5, dwell: '1h', untested: true }],
  }),
];

describeOnPostgres('two nodes', (postgres) => {
  const { start } = openProcesses();

  const acknowledge = async (server: Process, receiver: string, revision: number): Promise<void> => {
    const { lineage, digest } = (await (await fetch(`${server.url}/v1/sync/head`)).json()).head;
    const body = JSON.stringify({ receiver, class: 'gateway', lineage, revision, digest });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${server.url}/v1/sync/ack`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
  };

  test('a step begins when receivers of both have activated it; both show all receivers', async () => {
    const database = await postgres.database();
    const one = await start('a1', database, { writeToken: 'token-of-one', lease: LASTING });
    const two = await start('a2', database, { writeToken: 'token-of-two', lease: LASTING });
    const begun = one.revision;
    await acknowledge(one, 'x', begun);
    await acknowledge(two, 'y', begun);
    expect(await one.client.apply({ origin: 'api', resources })).toMatchObject({
      ok: true,
    });
    const moved = await one.until(({ epoch }) => epoch === 1);
    await acknowledge(one, 'x', moved.revision);
    const waits = await one.until(({ receivers }) => receivers.live === 4 && receivers.activated === 3);
    // As long as it takes: time at the level passes only when the last receiver is there.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const still = await one.until(() => true);
    expect(still).toMatchObject({ phase: waits.phase, receivers: { live: 4, activated: 3 } });
    expect(still.at?.held ?? 0).toBe(0);
    await acknowledge(two, 'y', moved.revision);
    const goes = await one.until(({ at }) => (at?.held ?? 0) > 0);
    expect(goes.receivers).toEqual({ live: 4, activated: 4 });
    for (const server of [one, two]) {
      const view = await server.client.receivers();
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
  });

  test('counters sent to the one that stands by reach the one that controls, each once', async () => {
    const database = await postgres.database();
    const one = await start('b1', database, { writeToken: 'token-of-one' });
    expect(await one.client.apply({ origin: 'api', resources })).toMatchObject({
      ok: true,
    });
    await one.until(({ epoch }) => epoch === 1);
    const two = await start('b2', database, { writeToken: 'token-of-two' });
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
    const send = async (server: Process, body: Counters, token = server.writeToken) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      return fetch(`${server.url}/v1/counters`, { method: 'POST', headers, body: JSON.stringify(body) });
    };
    expect(await (await send(two, report(1, 10))).json()).toEqual({ resend: false });
    expect(await (await send(one, report(2, 20))).json()).toEqual({ resend: false });
    expect(await (await send(two, report(3, 30))).json()).toEqual({ resend: false });
    // What is said again, or comes late, adds nothing.
    await send(two, report(3, 30));
    await send(two, report(1, 10));
    const seen = await one.until(({ traffic }) => (traffic.treatment.requestsPerSecond ?? 0) > 0);
    expect(seen.traffic.treatment.requestsPerSecond).toBeGreaterThan(0);
    // A gap is noticed by who controls and answered through the other.
    expect(await (await send(two, report(7, 70))).json()).toEqual({ resend: true });
    // Whoever hands on has checked the caller: what is no process's secret opens nothing.
    expect((await send(two, report(8, 80), 'a-stranger')).status).toBe(401);
    await one.close();
    const answers: number[] = [];
    for (let sequence = 1; answers.at(-1) !== 200; sequence += 1) {
      const answer = await send(two, { ...report(sequence, 90), full: true });
      answers.push(answer.status);
      if (answer.status === 503) expect(answer.headers.get('retry-after')).toBe('1');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(new Set(answers).size).toBeLessThanOrEqual(2);
  });
});
