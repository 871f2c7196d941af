import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReleaseView } from '@ombre/protocol';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  type PrometheusServer,
  prometheusBinary,
  startPrometheus,
} from '../../packages/server/src/metric-provider/prometheus-server.suite.ts';
import { freePort } from '../free-port.ts';
import { type Climb, engineV2, LEVELS, openClimb } from './climb.ts';
import { openPartition } from './partition.ts';
import { startWatcher } from './watcher.ts';

// A busy machine is given its time: nothing here asserts how long anything takes.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 200_000 });

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function open(options: Parameters<typeof openClimb>[0]): Promise<Climb> {
  const climb = await openClimb(options);
  ends.push(() => climb.close());
  return climb;
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'ombre-faults-'));
  ends.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const holds =
  (level: string) =>
  ({ phase, at }: ReleaseView): boolean =>
    phase === 'dwelling' && at?.level === level;
const is =
  (wanted: ReleaseView['phase']) =>
  ({ phase }: ReleaseView): boolean =>
    phase === wanted;

test('a fault is caught at each level of the ladder and taken back from there, and the release climbs again when it is mended', async () => {
  const climb = await open({ release: engineV2({ dwell: '10m' }) });
  for (const [index, level] of LEVELS.entries()) {
    if (index > 0) expect(await climb.tell('resume')).toBe(200);
    for (const below of LEVELS.slice(0, index)) {
      await climb.until(below, holds(below));
      expect(await climb.tell('promote')).toBe(200);
    }
    await climb.until(level, holds(level));
    climb.failing = 1;
    await climb.until(`back from ${level}`, is('rolled-back'));
    climb.failing = 0;
    const { rollback, ladder } = await climb.show();
    expect(rollback, level).toMatchObject({ cause: 'guard' });
    expect(ladder.some(({ reached }) => reached)).toBe(false);
    await climb.quiet();
  }
});

/** A webhook on one port that can be away. */
async function openWebhook() {
  const heard: { readonly key: string; readonly topic: string }[] = [];
  let server: Server | undefined;
  const port = await freePort();
  const start = async (): Promise<void> => {
    const started = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      request.on('end', () => {
        const { data } = JSON.parse(body) as { data: { topic: string } };
        heard.push({ key: String(request.headers['idempotency-key']), topic: data.topic });
        response.end();
      });
    });
    await new Promise<void>((done) => started.listen(port, '127.0.0.1', done));
    server = started;
  };
  const stop = async (): Promise<void> => {
    const gone = new Promise((done) => server?.close(done) ?? done(undefined));
    server?.closeAllConnections();
    await gone;
    server = undefined;
  };
  await start();
  ends.push(stop);
  return { heard, start, stop, url: () => `http://127.0.0.1:${port}/hook` };
}

/** What people are told of, in the order of the history. */
const TOLD = ['started', 'level', 'watching', 'completed', 'rolling-back', 'rolled-back', 'frozen', 'thawed'];

test('a control plane that is killed at random moments moves each level once, and a webhook that was dead all the while is told everything once it is back', async () => {
  const webhook = await openWebhook();
  const climb = await open({ release: engineV2(), up: ['--notify', webhook.url()] });
  await webhook.stop();
  // The first word of the climb may have come before.
  const before = webhook.heard.length;
  // Moments of a fixed draw, early and late in a life.
  for (const moment of [150, 900, 40, 1_700, 500]) {
    await new Promise((wake) => setTimeout(wake, moment));
    await climb.plane.kill();
    await climb.plane.restart();
  }
  const done = await climb.until('the top', is('completed'));
  expect(done).toMatchObject({ epoch: 5, attempt: 1 });
  expect(await climb.tell('abort')).toBe(200);
  await climb.until('back', is('rolled-back'));
  await climb.quiet();

  const history = await climb.history();
  const levels = history.filter(({ kind }) => kind === 'level').map(({ text }) => text.split(' ')[3]);
  expect(levels).toEqual(['group', 'region', 'permille', 'full']);
  expect(history.map(({ number }) => number)).toEqual(history.map((_, index) => index + 1));
  expect(webhook.heard.length).toBe(before);

  await webhook.start();
  const told = history.filter(({ kind }) => TOLD.includes(kind)).map(({ kind }) => kind);
  const deadline = Date.now() + 200_000;
  const first = () => [...new Map(webhook.heard.map(({ key, topic }) => [key, topic])).values()];
  while (first().length < told.length && Date.now() < deadline) {
    await new Promise((wake) => setTimeout(wake, 200));
  }
  expect(first()).toEqual(told);
  const verified = await climb.plane.run('history', '--verify');
  expect(verified, verified.err).toMatchObject({ status: 0 });
});

describe.skipIf(prometheusBinary === undefined)('Prometheus (Debian package prometheus)', () => {
  test('stopped while a release climbs freezes it with an alert, and it goes on by itself; a second signal takes it back though the first is silent', async () => {
    const prometheus: PrometheusServer = await startPrometheus();
    ends.push(() => prometheus.close());
    const guards = ["metric: { name: queue, query: 'vector(3)', max: 100, every: 500ms }"];
    const climb = await open({
      release: engineV2({ dwell: '6s', guards }),
      up: ['--prometheus', prometheus.url],
    });
    await climb.until('the first level', holds('developer'));
    await prometheus.stop();
    const frozen = await climb.until('frozen', is('frozen'));
    expect(frozen.frozen?.causes).toEqual(['unknown']);
    expect(frozen.events.findLast(({ kind }) => kind === 'frozen')).toMatchObject({
      alert: true,
      evidence: expect.arrayContaining([
        expect.objectContaining({ guard: 'metric queue', verdict: 'unknown' }),
      ]),
    });
    await new Promise((wake) => setTimeout(wake, 2_000));
    expect((await climb.show()).at).toEqual(frozen.at);
    await prometheus.start();
    await climb.until('the next level', holds('group'));
    const kinds = (await climb.history()).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['frozen', 'thawed']));
    expect(kinds.filter((kind) => kind !== 'frozen' && kind !== 'thawed')).toEqual(['started', 'level']);

    await prometheus.stop();
    await climb.until('frozen again', is('frozen'));
    climb.failing = 1;
    const back = await climb.until('back', is('rolled-back'));
    expect(back.rollback).toMatchObject({
      cause: 'guard',
      why: expect.stringMatching(/% of \d+ requests failed/),
    });
    await climb.quiet();
  });
});

const libraries = '/usr/lib';
const faketime = existsSync(libraries)
  ? readdirSync(libraries)
      .map((name) => join(libraries, name, 'faketime', 'libfaketime.so.1'))
      .find((path) => existsSync(path))
  : undefined;

test.skipIf(faketime === undefined)(
  'a wall clock that steps an hour ahead and an hour back, over a restart too, skips no hold and freezes nothing (Debian package faketime)',
  async () => {
    const clock = join(folder(), 'clock');
    const set = (offset: string): void => writeFileSync(clock, `${offset}\n`);
    set('+0');
    const climb = await open({
      release: engineV2({ dwell: '10m' }),
      env: {
        LD_PRELOAD: faketime,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
        // What counts durations goes on as it does: only the wall clock is set.
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    });
    const wall = async (): Promise<number> => {
      const answer = await fetch(`${climb.plane.url}/healthz`);
      await answer.arrayBuffer();
      return Date.parse(answer.headers.get('date') ?? '') - Date.now();
    };
    /** Holds on where it is, by what passed and no more. */
    async function goesOn(level: string): Promise<void> {
      const before = await climb.until(level, holds(level));
      const after = await climb.until(
        'more of the hold',
        ({ at, receivers }) =>
          (at?.held ?? 0) >= (before.at?.held ?? 0) + 1_000 &&
          receivers.live === 2 &&
          receivers.activated === 2,
      );
      expect(after.phase).toBe('dwelling');
      // Minutes of the ten are left, where an hour went by on the wall.
      expect(after.at?.held).toBeLessThan(300_000);
    }
    await climb.until('the first level', holds('developer'));
    await climb.tell('promote');
    await goesOn('group');
    set('+3600');
    await goesOn('group');
    expect(await wall()).toBeGreaterThan(3_500_000);
    await climb.tell('promote');
    await goesOn('region');
    set('-3600');
    await goesOn('region');
    await climb.plane.kill();
    await climb.plane.restart();
    await goesOn('region');
    expect(await wall()).toBeLessThan(-3_500_000);
    expect((await climb.history()).map(({ kind }) => kind)).not.toContain('frozen');

    climb.failing = 1;
    const { rollback } = await climb.until('back', is('rolled-back'));
    for (const part of Object.values(rollback?.parts ?? {})) {
      expect(part).toBeGreaterThanOrEqual(0);
      expect(part).toBeLessThan(600_000);
    }
    await climb.quiet();
  },
);

test('a receiver behind a cut network holds up a roll-back until its lease runs out and no climb after that, and has what everybody has when it is back', async () => {
  const climb = await open({ release: engineV2({ dwell: '10m' }) });
  const network = await openPartition(climb.plane.url);
  ends.push(() => network.close());
  const question = { flag: 'engine', context: { targetingKey: 'u1', user: { id: 'u1', staff: 'yes' } } };
  const service = startWatcher(network.url, folder(), JSON.stringify(question));
  ends.push(() => service.kill());
  await service.until(({ value, status }) => value === 'two' && status === 'ready');
  const all = await climb.until(
    'all have it',
    ({ receivers, phase }) => phase === 'dwelling' && receivers.activated === 3,
  );
  expect(all.receivers).toEqual({ live: 3, activated: 3 });

  network.cut();
  climb.failing = 1;
  await climb.until('the decision', is('rolling-back'));
  // Traffic has gone back long before; that service may still answer the old way, so it is not said to be over while its lease holds.
  const waiting = await climb.until('all but one', ({ receivers }) => receivers.activated === 2);
  expect(waiting).toMatchObject({ phase: 'rolling-back', receivers: { live: 3 } });
  const over = await climb.until('back', is('rolled-back'));
  expect(over.receivers).toEqual({ live: 2, activated: 2 });
  expect(await service.ask()).toMatchObject({ value: 'two' });

  climb.failing = 0;
  expect(await climb.tell('resume')).toBe(200);
  await climb.until('the first level', holds('developer'));
  expect(await climb.tell('promote')).toBe(200);
  const group = await climb.until('the group without it', holds('group'));
  climb.failing = 1;
  await climb.until('back again', is('rolled-back'));
  network.mend();
  const back = await service.until(
    ({ revision = 0, status }) => status === 'ready' && revision > group.revision,
  );
  expect(back.value).toBe('one');
  expect(await service.ask()).toMatchObject({ value: 'one', status: 'ready' });
});
