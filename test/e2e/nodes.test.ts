import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createClient, type Fetch, type ReleaseView } from '@ombre/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnPostgres } from '../../packages/server/src/store/postgres/postgres-server.suite.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { type Running, startListening } from './start-listening.ts';
import { startWatcher, type Watcher } from './watcher.ts';

const ombre = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'ombre.js');
const RELEASE = 'edge-v2';
/** Past the first level; on a busy machine the second may be over before it was seen. */
const isPastFirst = (level: string | undefined): boolean => level === 'half' || level === 'all';

/** A control plane with a gateway and a process that uses the SDK. */
interface Side {
  readonly plane: ControlPlane;
  readonly gateway: Running;
  readonly watcher: Watcher;
}

describeOnPostgres('two control planes on one PostgreSQL', (postgres) => {
  const services = new Map<string, Server>();
  const requests = new Map([
    ['v1', 0],
    ['v2', 0],
  ]);
  let failing = 0;
  let sides: readonly [Side, Side];
  let traffic = true;
  const users: Promise<void>[] = [];

  beforeAll(async () => {
    const database = await postgres.database();
    for (const version of ['v1', 'v2']) services.set(version, await startService(version));
    // Who is first controls.
    const first = await startControlPlane('question-bank', ['--database', database]);
    await put(first, 'Flag/edge', {
      type: 'string',
      variants: { v1: 'edge-v1', v2: 'edge-v2' },
      default: 'v1',
      off: 'v1',
      unit: 'user.id',
    });
    for (const [version, server] of services) {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await put(first, `Upstream/edge-${version}`, { endpoints: [{ url }], timeout: '5s' });
    }
    const second = await startControlPlane('question-bank', ['--database', database]);
    sides = await Promise.all([open(first, 'one'), open(second, 'two')]);
    for (const { gateway } of sides) {
      for (let user = 0; user < 4; user += 1) users.push(visit(gateway.url, user));
    }
  });

  afterAll(async () => {
    traffic = false;
    await Promise.all(users);
    for (const { plane, gateway, watcher } of sides ?? []) {
      plane.wake();
      await gateway.end('SIGKILL');
      await watcher.kill();
      await plane.kill();
      plane.remove();
    }
    for (const server of services.values()) server.close();
  });

  async function startService(version: string): Promise<Server> {
    const server = createServer((_request, response) => {
      requests.set(version, (requests.get(version) ?? 0) + 1);
      response.statusCode = version === 'v2' && Math.random() < failing ? 500 : 200;
      response.end(version);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return server;
  }

  async function open(plane: ControlPlane, name: string): Promise<Side> {
    const gateway = await startListening([
      ...[ombre, 'gateway', '--json', '--url', plane.url, '--token', plane.token, '--flag', 'edge'],
      ...['--name', `edge-${name}`, '--listen', '127.0.0.1:0', '--unit', 'header:x-user-id', '--no-breaker'],
      ...['--attribute', 'user.id=header:x-user-id'],
    ]);
    const watcher = startWatcher(plane.url, join(plane.dataDirectory, 'watcher'));
    await watcher.until(({ status }) => status === 'ready');
    return { plane, gateway, watcher };
  }

  /** One visitor after the other, some 60 requests a second. */
  async function visit(url: string, lane: number): Promise<void> {
    for (let visitor = 0; traffic; visitor += 1) {
      const headers = { 'x-user-id': `user-${lane}-${visitor % 500}` };
      await fetch(url, { headers }).then(
        (answer) => answer.text(),
        () => '',
      );
      await new Promise((wake) => setTimeout(wake, 15));
    }
  }

  const put = async ({ url, token }: ControlPlane, key: string, spec: object): Promise<Response> => {
    const [kind, name] = key.split('/');
    const answer = await fetch(`${url}/v1/resources/${key}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'if-match': '"0"' },
      body: JSON.stringify({ apiVersion: 'ombre.dev/v1', kind, metadata: { name }, spec }),
    });
    if (!answer.ok && !key.startsWith('Flag/load')) throw new Error(await answer.text());
    return answer;
  };
  const clientOf = ({ url, token }: ControlPlane) =>
    createClient({ url, token, fetch: fetch as unknown as Fetch });

  async function until(plane: ControlPlane, what: string, wanted: (view: ReleaseView) => boolean) {
    const began = Date.now();
    for (;;) {
      const answer = await clientOf(plane).release(RELEASE);
      if (answer.ok && wanted(answer.value)) return { view: answer.value, after: Date.now() - began };
      if (Date.now() - began > 150_000) throw new Error(`${what} never came: ${JSON.stringify(answer)}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }

  /** How often a placement of the release was committed: each adds one to its epoch, so that they are as many as its epoch says. */
  async function movesOf(plane: ControlPlane): Promise<number> {
    let moves = 0;
    for (let before: number | undefined; ; ) {
      const more = before === undefined ? '' : `&before=${before}`;
      const answer = await fetch(`${plane.url}/v1/history?limit=500${more}`);
      const { changes } = (await answer.json()) as {
        changes: { revision: number; action: string; names: string[] }[];
      };
      moves += changes.filter(
        ({ action, names }) => action === 'place' && names.some((name) => name.includes(RELEASE)),
      ).length;
      before = changes.at(-1)?.revision;
      if (before === undefined || changes.length < 500) return moves;
    }
  }

  test('one killed under load: no acknowledged write is lost, the release goes on at the other, and a bad version is still taken back', async () => {
    const [one, two] = sides;
    await put(one.plane, `Release/${RELEASE}`, {
      flag: 'edge',
      from: 'v1',
      to: 'v2',
      ladder: [
        { name: 'quarter', share: 0.25, dwell: '8s', untested: true },
        { name: 'half', share: 0.5, dwell: '3s', untested: true },
        { name: 'all', share: 0.9, dwell: '1h', untested: true },
      ],
      guards: [{ errorRate: { max: 0.05 } }],
    });
    const both = await until(two.plane, 'the first step', ({ at }) => (at?.held ?? 0) > 500);
    // Two gateways, two processes with the SDK, and the two control planes themselves, as the one that stands by tells.
    expect(both.view.receivers).toEqual({ live: 6, activated: 6 });
    for (const { plane } of sides) {
      const known = await clientOf(plane).receivers();
      const names = known.ok ? known.value.receivers.map(({ receiver }) => receiver) : [];
      expect(names).toEqual(expect.arrayContaining(['edge-one', 'edge-two']));
    }

    const acknowledged: string[] = [];
    let writing = true;
    let number = 0;
    const load = { type: 'boolean', variants: { on: true, off: false }, default: 'off', off: 'off' };
    const writer = async ({ plane }: Side): Promise<void> => {
      while (writing) {
        const key = `Flag/load-${number++}`;
        const answer = await put(plane, key, load).catch(() => undefined);
        if (answer?.ok === true) acknowledged.push(key);
        else await new Promise((wake) => setTimeout(wake, 50));
      }
    };
    const writers = [one, two, one, two].map(writer);
    while (acknowledged.length < 12) await new Promise((wake) => setTimeout(wake, 20));
    const sent = acknowledged.length;
    await one.plane.kill();
    const killed = Date.now();
    const { view: half } = await until(two.plane, 'the next level', ({ at }) => isPastFirst(at?.level));
    const onward = Date.now() - killed;
    writing = false;
    await Promise.all(writers);
    expect(acknowledged.length).toBeGreaterThan(sent);
    const answer = await fetch(`${two.plane.url}/v1/resources?kind=Flag`);
    const { resources } = (await answer.json()) as { resources: { key: string }[] };
    const there = new Set(resources.map(({ key }) => key));
    expect(acknowledged.filter((key) => !there.has(key))).toEqual([]);
    expect(half.events.filter(({ kind }) => kind === 'started')).toHaveLength(1);
    console.log(
      `${acknowledged.length} writes acknowledged, ${sent} before the kill; the next level ${onward} ms after it`,
    );

    // What the killed one had heard is waited for until its leases run out.
    const alone = await until(two.plane, 'the dead to be left', ({ receivers }) => receivers.live === 3);
    expect(alone.view.receivers.activated).toBe(3);
    failing = 0.5;
    const { view: back } = await until(two.plane, 'the roll-back', ({ phase }) => phase === 'rolled-back');
    expect(back.rollback).toMatchObject({ cause: 'guard' });
    failing = 0;
    expect(back.epoch).toBeGreaterThanOrEqual(3);
    expect(await movesOf(two.plane)).toBe(back.epoch);
  }, 600_000);

  test('one that sleeps past its lease and wakes finds the other in control, and no decision was made twice', async () => {
    const [one, two] = sides;
    await one.plane.restart();
    // The restarted one stands by; its gateway and its SDK come back to it.
    await until(two.plane, 'all six', ({ receivers }) => receivers.live === 6);
    await clientOf(two.plane).tellRelease(RELEASE, 'resume', { author: 'ann', why: 'mended' });
    await until(two.plane, 'the first step', ({ at }) => at?.level === 'quarter');
    two.plane.sleep();
    const { view: half } = await until(one.plane, 'a level more at the other', ({ at }) =>
      isPastFirst(at?.level),
    );
    two.plane.wake();
    const woken = await until(two.plane, 'all', ({ at }) => at?.level === 'all');
    expect(woken.view.attempt).toBe(half.attempt);
    await new Promise((wake) => setTimeout(wake, 2_000));
    const { view: last } = await until(one.plane, 'the end', () => true);
    expect(await movesOf(one.plane)).toBe(last.epoch);
    const texts = last.events
      .filter(({ kind }) => kind === 'level')
      .map(({ number, text }) => `${number} ${text}`);
    expect(new Set(texts).size).toBe(texts.length);
    // Both gateways are heard where the release is controlled, whichever control plane they talk to.
    await until(
      two.plane,
      'all six again',
      ({ receivers, frozen }) => receivers.activated === 6 && frozen === undefined,
    );
  }, 600_000);
});
