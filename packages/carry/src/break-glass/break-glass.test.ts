import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bind, canonicalJson, type Entry, encodeSnapshot, evaluate } from '@ombre/decide';
import { afterEach, describe, expect, test } from 'vitest';
import { manualClock } from '../manual-clock.suite.ts';
import { createMemorySource } from '../memory/source.ts';
import { openReceiver, type Receiver, type ReceiverOptions } from '../receiver/receiver.ts';
import { sha256 } from '../sha256.ts';
import { makeKeys, signHead, signText } from '../signing.suite.ts';
import { until } from '../until.suite.ts';
import type { Kill, KillOrder } from './kill-order.ts';

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
  const source = createMemorySource();
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
    const kill = {
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
  return { clock, source, set, open, order, answer, stateDir };
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
    clock.pass(3_600_000);
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
    ] as const;
    for (const [one, code] of refusals) expect(await receiver.kill(one)).toEqual({ ok: false, code });
    expect(answer(receiver)).toEqual(['v1', 'default']);
    const deaf = openReceiver({ source: createMemorySource(), clock });
    ends.push(() => deaf.close());
    expect(await deaf.kill(good)).toEqual({ ok: false, code: 'KILL_UNSUPPORTED' });
  });
});
