import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bind, canonicalJson, type Entry, encodeSnapshot, evaluate } from '@ombre/decide';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../../../../test/until.ts';
import { manualClock } from '../manual-clock.suite.ts';
import { createMemorySource } from '../memory/source.ts';
import { openReceiver } from '../receiver/open-receiver.ts';
import type { Receiver, ReceiverOptions } from '../receiver/receiver.ts';
import { sha256 } from '../sha256.ts';
import { makeKeys, signHead, signText } from '../signing.suite.ts';
import type { TakingOver } from '../source.ts';
import { breakGlassDoor } from './door.ts';
import { leaveKill } from './kill-folder.ts';
import { type Kill, type KillOrder, signKill } from './kill-order.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const flag = (name: string, on: string): Entry => ({
  kind: 'Flag',
  name,
  body: { type: 'string', variants: { on, off: 'off' }, default: 'on', off: 'off' },
});
const override = (name: string, body: Entry['body']): Entry => ({ kind: 'Override', name, body });
const TARGET = { targets: { u9: { variant: 'on' } } };

async function start() {
  const clock = manualClock();
  const memory = createMemorySource();
  /** Where a control plane has taken kills over: by payload, the revision from which its word counts. */
  const taken = new Map<string, number>();
  const source = Object.assign(memory, {
    async takeOver({ payload }) {
      const at = taken.get(payload) ?? revision + 1;
      taken.set(payload, at);
      return { ok: true, revision: at };
    },
  } satisfies TakingOver);
  const [plane, glass] = [makeKeys(), makeKeys()];
  let revision = 0;
  const set = (...entries: Entry[]) => {
    const encoded = encodeSnapshot(entries, sha256);
    const head = { environment: 'shop/live', lineage: 'a', revision: ++revision, digest: encoded.digest };
    source.publish(encoded, signHead(head, plane, clock.now(), clock.now() + 1e9));
  };
  const stateDir = mkdtempSync(join(tmpdir(), 'ombre-glass-'));
  ends.push(() => rmSync(stateDir, { recursive: true, force: true }));
  const open = async (options: Partial<ReceiverOptions> = {}) => {
    const receiver = openReceiver({
      source,
      clock,
      stateDir,
      keys: [plane.publicText],
      breakGlassKey: glass.publicText,
      ...options,
    });
    ends.push(() => receiver.close());
    await receiver.started;
    return receiver;
  };
  const order = (change: Partial<Kill> = {}, by = glass): KillOrder => {
    const kill: Kill = {
      environment: 'shop/live',
      lineage: 'a',
      flag: 'checkout',
      by: 'ann',
      why: 'payments fail',
      issued: clock.now(),
      expires: clock.now() + 3_600_000,
      id: 'kill-0001',
    };
    const payload = canonicalJson({ ...kill, ...change });
    return { payload, signature: signText(payload, by) };
  };
  const answer = (receiver: Receiver, name = 'checkout', unit = 'u1') => {
    if (receiver.snapshot === undefined) throw new Error('no snapshot');
    const { value, reason } = evaluate(bind(receiver.snapshot, { targetingKey: unit }, clock.now()), name);
    return [value, reason];
  };
  set(flag('checkout', 'v1'), flag('other', 'v1'), override('checkout', TARGET));
  const glassKey: Entry = { kind: 'BreakGlass', name: 'key', body: { key: glass.publicText } };
  return { clock, source, taken, glassKey, set, open, order, answer, stateDir };
}

describe('a signed kill', () => {
  test('acts at once and without a revision, and is announced', async () => {
    const { open, order, answer } = await start();
    const receiver = await open();
    const heard: unknown[] = [];
    receiver.subscribe((event) => heard.push(event));
    expect(await receiver.kill(order())).toEqual({ ok: true });
    expect(answer(receiver)).toEqual(['off', 'kill']);
    expect(answer(receiver, 'checkout', 'u9')).toEqual(['off', 'kill']);
    expect(answer(receiver, 'other')).toEqual(['v1', 'static']);
    expect(heard).toEqual([{ type: 'changed', flags: ['checkout'] }]);
    expect(receiver.head?.revision).toBe(1);
    expect(receiver.kills).toEqual([order()]);
  });

  test('outlives changes and a restart, and ends when it runs out', async () => {
    const { open, order, answer, set, clock, source } = await start();
    const receiver = await open();
    await receiver.kill(order());
    set(flag('checkout', 'v2'), flag('other', 'v2'), override('checkout', TARGET));
    await until(() => expect(answer(receiver, 'other')).toEqual(['v2', 'static']));
    expect(answer(receiver)).toEqual(['off', 'kill']);
    await receiver.close();
    source.fail();

    const again = await open();
    expect(answer(again)).toEqual(['off', 'kill']);
    const heard: unknown[] = [];
    again.subscribe((event) => event.type === 'changed' && heard.push(event));
    clock.advance(3_600_000);
    expect(heard).toEqual([{ type: 'changed', flags: ['checkout'] }]);
    expect(answer(again, 'checkout', 'u9')).toEqual(['v2', 'target']);
  });

  test('gives way to the control plane once a snapshot kills the flag itself', async () => {
    const { open, order, answer, set } = await start();
    const receiver = await open();
    await receiver.kill(order());
    set(flag('checkout', 'v1'), flag('other', 'v2'), override('checkout', { kill: {} }));
    await until(() => expect(receiver.kills).toEqual([]));
    expect(answer(receiver)).toEqual(['off', 'kill']);
    set(flag('checkout', 'v1'), flag('other', 'v2'));
    await until(() => expect(answer(receiver)).toEqual(['v1', 'static']));
  });

  test('is refused unless all of it holds', async () => {
    const { open, order, answer, clock } = await start();
    const receiver = await open();
    const good = order();
    const refusals = [
      [order({}, makeKeys()), 'KILL_UNTRUSTED'],
      [{ ...good, payload: good.payload.replace('checkout', 'other') }, 'KILL_UNTRUSTED'],
      [order({ expires: clock.now() }), 'KILL_EXPIRED'],
      [order({ expires: clock.now() + 86_400_001 }), 'KILL_TOO_LONG'],
      [order({ environment: 'shop/test' }), 'KILL_ELSEWHERE'],
      [order({ lineage: 'b' }), 'KILL_ELSEWHERE'],
      [order({ flag: 'nobody' }), 'KILL_UNKNOWN_FLAG'],
      [order({ expires: 'soon' as never }), 'KILL_MALFORMED'],
      [order({ by: '' }), 'KILL_MALFORMED'],
      [order({ id: '../up' }), 'KILL_MALFORMED'],
      [order({ more: 1 } as object), 'KILL_MALFORMED'],
    ] as const;
    for (const [one, code] of refusals) expect(await receiver.kill(one)).toEqual({ ok: false, code });
    expect(answer(receiver)).toEqual(['v1', 'default']);
    const deaf = openReceiver({ source: createMemorySource(), clock });
    ends.push(() => deaf.close());
    expect(await deaf.kill(good)).toEqual({ ok: false, code: 'KILL_UNSUPPORTED' });
  });
});

describe('a receiver that was given no break-glass key', () => {
  test('takes the one the verified snapshot carries, but the operator’s own wins', async () => {
    const { open, order, answer, set, glassKey } = await start();
    set(flag('checkout', 'v1'), glassKey);
    const receiver = await open({ breakGlassKey: undefined } as object);
    expect(await receiver.kill(order())).toEqual({ ok: true });
    expect(answer(receiver)).toEqual(['off', 'kill']);
    const other = await open({ breakGlassKey: makeKeys().publicText });
    expect(await other.kill(order({ id: 'kill-0002' }))).toEqual({ ok: false, code: 'KILL_UNTRUSTED' });
  });

  test('takes none where the snapshot carries none either', async () => {
    const { open, order } = await start();
    const receiver = await open({ breakGlassKey: undefined } as object);
    expect(await receiver.kill(order())).toEqual({ ok: false, code: 'KILL_UNSUPPORTED' });
  });

  test('starts from disk with the kills of a key that only the snapshot names', async () => {
    const { open, order, answer, set, glassKey, source } = await start();
    set(flag('checkout', 'v1'), glassKey);
    const first = await open({ breakGlassKey: undefined } as object);
    await first.kill(order());
    await first.close();
    source.fail();
    const again = await open({ breakGlassKey: undefined } as object);
    expect(answer(again)).toEqual(['off', 'kill']);
  });
});

describe('an order left in the state directory', () => {
  test('is carried out while the receiver runs, and by one that starts later', async () => {
    const { open, order, answer, stateDir, clock, source } = await start();
    const receiver = await open();
    await until(() => expect(existsSync(join(stateDir, 'shop/live/snapshot'))).toBe(true));
    await leaveKill(stateDir, 'shop/live', order());
    await until(() => {
      clock.advance(250);
      expect(answer(receiver)).toEqual(['off', 'kill']);
    });
    await receiver.close();
    await leaveKill(stateDir, 'shop/live', order({ id: 'kill-0002', flag: 'other' }));
    source.fail();
    const again = await open();
    expect([answer(again), answer(again, 'other')]).toEqual([
      ['off', 'kill'],
      ['off', 'kill'],
    ]);
  });

  test('that is not signed changes nothing, and a person hears of it once', async () => {
    const { open, order, answer, stateDir, clock } = await start();
    const receiver = await open();
    const heard: unknown[] = [];
    receiver.subscribe((event) => event.type === 'problem' && heard.push(event.problem.code));
    await until(() => expect(existsSync(join(stateDir, 'shop/live/snapshot'))).toBe(true));
    await leaveKill(stateDir, 'shop/live', order({}, makeKeys()));
    await until(() => {
      clock.advance(250);
      expect(heard).toEqual(['KILL_REFUSED']);
    });
    clock.advance(250);
    expect(heard).toEqual(['KILL_REFUSED']);
    expect(answer(receiver)).toEqual(['v1', 'default']);
  });

  test('is gone when it has run out', async () => {
    const { open, order, answer, stateDir, clock } = await start();
    const receiver = await open();
    await receiver.kill(order());
    const folder = join(stateDir, 'shop/live/kills');
    expect(readdirSync(folder)).toEqual(['kill-0001.json']);
    await until(() => {
      clock.advance(3_600_000);
      expect(readdirSync(folder)).toEqual([]);
    });
    expect(answer(receiver)).toEqual(['v1', 'default']);
  });
});

describe('the control plane that is back', () => {
  test('is handed the kill, and its word counts from the revision it names: also when that lifts the kill', async () => {
    const { open, order, answer, set, source, clock, taken } = await start();
    const receiver = await open();
    source.fail();
    await receiver.kill(order());
    // Handed in by another receiver meanwhile, and lifted again: this one never sees the revisions between.
    set(flag('checkout', 'v1'), override('checkout', { kill: {} }));
    set(flag('checkout', 'v2'));
    taken.set(order().payload, 2);
    expect(answer(receiver)).toEqual(['off', 'kill']);
    source.restore();
    await until(() => {
      clock.advance(1_000);
      expect(answer(receiver)).toEqual(['v2', 'static']);
    });
    expect(receiver.kills).toEqual([]);
    expect(await receiver.kill(order())).toEqual({ ok: false, code: 'KILL_TAKEN_OVER' });

    await receiver.close();
    source.fail();
    expect(answer(await open())).toEqual(['v2', 'static']);
  });

  test('keeps a kill in force until its revision is here', async () => {
    const { open, order, answer, set, clock, taken } = await start();
    const receiver = await open();
    const signed = order();
    const { expires } = JSON.parse(signed.payload) as Kill;
    await receiver.kill(signed);
    await until(() => {
      clock.advance(1_000);
      expect(taken.get(signed.payload)).toBe(2);
    });
    expect(answer(receiver)).toEqual(['off', 'kill']);
    set(flag('checkout', 'v1'), override('checkout', { kill: { until: expires } }));
    await until(() => expect(receiver.head?.revision).toBe(2));
    expect([answer(receiver), receiver.kills]).toEqual([['off', 'kill'], []]);
  });

  test('does not end a kill by one of its own that ends sooner', async () => {
    const { open, order, answer, set, clock, taken } = await start();
    set(flag('checkout', 'v1'), override('checkout', { kill: { until: clock.now() + 1_000 } }));
    const receiver = await open();
    taken.set(order().payload, 99);
    await receiver.kill(order());
    clock.advance(2_000);
    expect(answer(receiver)).toEqual(['off', 'kill']);
  });
});

describe('the door', () => {
  async function openDoor(receiver: Receiver): Promise<string> {
    const server = createServer(breakGlassDoor(receiver));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    ends.push(
      () => server.close(),
      () => server.closeAllConnections(),
    );
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test('tells what to sign for, takes an order, and hands it to a peer that asks', async () => {
    const { open, order, answer, clock } = await start();
    const receiver = await open();
    const url = await openDoor(receiver);
    const post = async (body: string) => {
      const response = await fetch(url, { method: 'POST', body });
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    expect(await post('{"a":')).toEqual([400, 'KILL_MALFORMED']);
    expect(await post('x'.repeat(20_000))).toEqual([400, 'KILL_MALFORMED']);
    expect(await post(JSON.stringify(order({}, makeKeys())))).toEqual([403, 'KILL_UNTRUSTED']);
    expect(await post(JSON.stringify(order({ flag: 'nobody' })))).toEqual([404, 'KILL_UNKNOWN_FLAG']);
    expect(answer(receiver)).toEqual(['v1', 'default']);
    expect(await post(JSON.stringify(order()))).toEqual([200, undefined]);
    expect(answer(receiver)).toEqual(['off', 'kill']);
    expect(await (await fetch(url)).json()).toEqual({
      environment: 'shop/live',
      lineage: 'a',
      revision: 1,
      kills: [order()],
    });

    const peer = await open({ stateDir: mkdtempSync(join(tmpdir(), 'ombre-peer-')), peers: [url] });
    await until(() => {
      clock.advance(2_000);
      expect(answer(peer)).toEqual(['off', 'kill']);
    });
  });

  test('says 503 while there is no snapshot, and 405 to other methods', async () => {
    const receiver = openReceiver({ source: createMemorySource() });
    ends.push(() => receiver.close());
    const url = await openDoor(receiver);
    expect((await fetch(url)).status).toBe(503);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(405);
  });
});

test('a kill that is signed here is one that is taken, and a text that is no key is not quoted', async () => {
  const { open, order } = await start();
  const keys = makeKeys();
  const receiver = await open({ breakGlassKey: keys.publicText });
  const pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const signed = signKill(JSON.parse(order().payload) as Kill, pem);
  expect(signed.payload).toBe(order().payload);
  expect(await receiver.kill(signed)).toEqual({ ok: true });
  expect(() => signKill(JSON.parse(order().payload) as Kill, 'secret')).toThrow(
    /^not an Ed25519 private key in PEM$/,
  );
});
