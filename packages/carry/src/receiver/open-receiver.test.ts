import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bind, type Entry, encodeSnapshot, evaluate } from '@ombre/decide';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../../../../test/until.ts';
import { type ManualClock, manualClock } from '../manual-clock.suite.ts';
import { createMemorySource } from '../memory/source.ts';
import { sha256 } from '../sha256.ts';
import { type Keys, makeKeys, signHead, signSuccession } from '../signing.suite.ts';
import { type Source, SourceError, type SourceEvent } from '../source.ts';
import { textFlag } from '../source-contract.suite.ts';
import { openReceiver } from './open-receiver.ts';
import type { Receiver, ReceiverEvent, ReceiverOptions } from './receiver.ts';

const ENVIRONMENT = 'shop/live';
const folders: string[] = [];
const receivers: Receiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'ombre-receiver-'));
  folders.push(made);
  return made;
}

/** A control plane in memory, with its keys and a clock that stands. */
function plane(keys: Keys = makeKeys()) {
  const clock = manualClock();
  const source = createMemorySource();
  let revision = 0;
  let lineage = 'a';
  return {
    clock,
    source,
    keys,
    set(entries: readonly Entry[], by = keys, lasts = 3_600_000) {
      const encoded = encodeSnapshot(entries, sha256);
      const head = { environment: ENVIRONMENT, lineage, revision: ++revision, digest: encoded.digest };
      const successions = lineage === 'a' ? [] : [signSuccession(ENVIRONMENT, 'a', lineage, by)];
      source.publish(encoded, signHead(head, by, clock.now(), clock.now() + lasts), successions);
    },
    /** As a restore from backup. */
    restart(name: string) {
      lineage = name;
      revision = 0;
    },
  };
}

function open(source: Source, clock: ManualClock, options: Partial<ReceiverOptions> = {}) {
  const receiver = openReceiver({ source, clock, random: () => 0.5, ...options });
  receivers.push(receiver);
  const events: ReceiverEvent[] = [];
  receiver.subscribe((event) => events.push(event));
  const answer = (flag: string) =>
    receiver.snapshot && evaluate(bind(receiver.snapshot, {}, clock.now()), flag).value;
  const changed = () => events.filter((event) => event.type === 'changed').map(({ flags }) => flags);
  const problems = () => receiver.problems.map(({ code }) => code);
  return { receiver, events, answer, changed, problems };
}

/** Lets time pass as it does: what happens in between is heard in between. */
async function pass(clock: ManualClock, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 500) {
    clock.advance(Math.min(500, milliseconds - passed));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a receiver', () => {
  test('serves what its source has, and swaps in each change, announcing just the flags it touches', async () => {
    const { source, clock, keys, set } = plane();
    set([textFlag('a', 'one'), textFlag('b', 'one')]);
    const { receiver, answer, changed } = open(source, clock, { keys: [keys.publicText] });
    expect(receiver.snapshot).toBeUndefined();
    expect(await receiver.started).toBe('ready');
    expect(answer('a')).toBe('one');
    const before = receiver.snapshot;
    set([textFlag('a', 'two'), textFlag('b', 'one')]);
    await until(() => expect(answer('a')).toBe('two'));
    expect(changed()).toEqual([['a', 'b'], ['a']]);
    expect(before?.digest).not.toBe(receiver.snapshot?.digest);
    expect(evaluate(bind(before as never, {}, 0), 'a').value).toBe('one');
  });

  test('fetches the whole where a delta was altered on the way, and serves nothing of the altered one', async () => {
    const { source, clock, keys, set } = plane();
    set([textFlag('a', 'one')]);
    const altered: Source = {
      ...source,
      watch: (from, listen, signal) =>
        source.watch(
          from,
          (event: SourceEvent) => {
            if (event.type !== 'delta') return listen(event);
            const put = event.delta.put.map((line) => line.replace('"two"', '"EVIL"'));
            listen({ ...event, delta: { ...event.delta, put } });
          },
          signal,
        ),
    };
    const { receiver, events, answer, changed } = open(altered, clock, { keys: [keys.publicText] });
    await receiver.started;
    set([textFlag('a', 'two')]);
    await until(() => expect(answer('a')).toBe('two'));
    expect(events).toContainEqual({ type: 'problem', problem: expect.objectContaining({ code: 'DIGEST' }) });
    expect(changed()).toEqual([['a'], ['a']]);
    expect(receiver.problems).toEqual([]);
  });

  test('refuses a whole snapshot that was altered, and says so', async () => {
    const { source, clock, keys, set } = plane();
    set([textFlag('a', 'one')]);
    const altered: Source = {
      ...source,
      async get(...all) {
        const encoded = await source.get(...all);
        const chunks = [...encoded.chunks].map(
          ([name, text]) => [name, text.replace('one', 'EVIL')] as const,
        );
        return { ...encoded, chunks: new Map(chunks) };
      },
    };
    const { receiver, problems } = open(altered, clock, { keys: [keys.publicText] });
    await until(() => expect(problems()).toEqual(['DIGEST']));
    expect(receiver.snapshot).toBeUndefined();
  });

  test('goes on when its source dies, turns stale after half a minute, and returns by itself', async () => {
    const { source, clock, keys, set } = plane();
    set([textFlag('a', 'one')]);
    const { receiver, answer, problems } = open(source, clock, { keys: [keys.publicText] });
    await receiver.started;
    source.fail();
    await until(() => expect(problems()).toEqual(['UNREACHABLE']));
    await pass(clock, 29_000);
    expect(receiver.status).toBe('ready');
    await pass(clock, 2_000);
    expect(receiver.status).toBe('stale');
    expect(answer('a')).toBe('one');
    source.restore();
    set([textFlag('a', 'two')]);
    await pass(clock, 30_000);
    await until(() => expect(receiver.status).toBe('ready'));
    await until(() => expect(answer('a')).toBe('two'));
    expect(receiver.problems).toEqual([]);
  });

  test('starts from disk with its source away, stale, even when the head has long expired', async () => {
    const { source, clock, keys, set } = plane();
    const stateDir = folder();
    set([textFlag('a', 'one')], keys, 1_000);
    const first = open(source, clock, { keys: [keys.publicText], stateDir });
    await first.receiver.started;
    await first.receiver.close();
    clock.advance(86_400_000);
    source.fail();
    const again = open(source, clock, { keys: [keys.publicText], stateDir });
    expect(await again.receiver.started).toBe('stale');
    expect(again.answer('a')).toBe('one');
    expect(again.receiver.head).toEqual(first.receiver.head);
    source.restore();
    clock.advance(1_000);
    await until(() => expect(again.receiver.status).toBe('ready'));
    // What was on disk was the newest, so nothing changed.
    expect(again.changed()).toEqual([['a']]);
  });

  test('ignores a torn file and a file of another key, says why, and takes the source instead', async () => {
    const { source, clock, keys, set } = plane();
    const stateDir = folder();
    set([textFlag('a', 'one')]);
    const first = open(source, clock, { keys: [keys.publicText], stateDir });
    await first.receiver.started;
    await first.receiver.close();
    const path = join(stateDir, 'shop/live/snapshot');
    const whole = readFileSync(path, 'utf8');

    for (const [text, code] of [
      [whole.slice(0, -20), 'DISK_CORRUPT'],
      [whole.replace('one', 'EVIL'), 'DISK_CORRUPT'],
      [whole, 'DISK_UNTRUSTED'],
    ] as const) {
      writeFileSync(path, text);
      const other = code === 'DISK_UNTRUSTED' ? [makeKeys().publicText] : [keys.publicText];
      source.fail();
      const { receiver, problems, answer } = open(source, clock, { keys: other, stateDir });
      await until(() => expect(problems()).toContain(code));
      expect(receiver.snapshot).toBeUndefined();
      source.restore();
      clock.advance(1_000);
      if (code === 'DISK_CORRUPT') {
        await until(() => expect(answer('a')).toBe('one'));
        await until(() => expect(receiver.problems).toEqual([]));
      } else await until(() => expect(problems()).toEqual(['KEY_UNTRUSTED', code]));
      await receiver.close();
    }
  });

  test('refuses a source signed by a key it was not given, and starts once it is given', async () => {
    const { source, clock, keys, set } = plane();
    set([textFlag('a', 'one')]);
    const { receiver } = open(source, clock, { keys: [makeKeys().publicText] });
    expect(await receiver.started).toBe('error');
    expect(receiver.problems).toMatchObject([{ code: 'KEY_UNTRUSTED' }]);
    expect(receiver.snapshot).toBeUndefined();
    receiver.trust([keys.publicText]);
    clock.advance(1_000);
    await until(() => expect(receiver.status).toBe('ready'));
    expect(() => receiver.trust(['no key'])).toThrow(TypeError);
  });

  test('follows an exchange of keys without a restart', async () => {
    const [old, next] = [makeKeys('old'), makeKeys('next')];
    const { source, clock, set } = plane(old);
    set([textFlag('a', 'one')]);
    const { receiver, answer, problems } = open(source, clock, { keys: [old.publicText, next.publicText] });
    await receiver.started;
    set([textFlag('a', 'two')], next);
    await until(() => expect(answer('a')).toBe('two'));
    receiver.trust([next.publicText]);
    set([textFlag('a', 'three')], next);
    await until(() => expect(answer('a')).toBe('three'));
    set([textFlag('a', 'four')], old);
    await until(() => expect(problems()).toEqual(['KEY_UNTRUSTED']));
    expect(answer('a')).toBe('three');
  });

  test('follows a restored control plane into its new lineage, with its record', async () => {
    const { source, clock, keys, set, restart } = plane();
    set([textFlag('a', 'one')]);
    set([textFlag('a', 'two')]);
    const { receiver, answer } = open(source, clock, { keys: [keys.publicText] });
    await receiver.started;
    restart('b');
    set([textFlag('a', 'from backup')]);
    await until(() => expect(answer('a')).toBe('from backup'));
    expect(receiver.head).toMatchObject({ lineage: 'b', revision: 1 });
  });

  test('announces the flags that time changes, as for a revision', async () => {
    const { source, clock, keys, set } = plane();
    const instant = new Date(clock.now() + 60_000).toISOString();
    const sale = textFlag('sale', 'on').body as object;
    const variants = { on: 'yes', off: 'no' };
    set([
      textFlag('a', 'one'),
      { kind: 'Flag', name: 'sale', body: { ...sale, variants, off: 'off', validity: { from: instant } } },
    ]);
    const { receiver, answer, changed } = open(source, clock, { keys: [keys.publicText] });
    await receiver.started;
    expect(answer('sale')).toBe('no');
    clock.advance(60_000);
    expect(answer('sale')).toBe('yes');
    expect(changed()).toEqual([['a', 'sale'], ['sale']]);
  });

  test('acknowledges what it serves at most once a second, and renews its lease', async () => {
    const { source, clock, keys, set } = plane();
    set([textFlag('a', '0')]);
    const options = { keys: [keys.publicText], receiver: 'me', agent: 'test 1', class: 'relay' } as const;
    const { receiver, answer } = open(source, clock, options);
    await receiver.started;
    for (let i = 1; i <= 20; i++) {
      set([textFlag('a', `${i}`)]);
      await until(() => expect(answer('a')).toBe(`${i}`));
    }
    expect(source.acknowledged.length).toBe(1);
    expect(source.acknowledged[0]).toMatchObject({
      ...{ receiver: 'me', agent: 'test 1', class: 'relay' },
      revision: 1,
    });
    clock.advance(1_000);
    await until(() => expect(source.acknowledged.length).toBe(2));
    expect(source.acknowledged[1]).toMatchObject({
      lineage: 'a',
      revision: 21,
      digest: receiver.head?.digest,
    });
    clock.advance(10_000);
    await until(() => expect(source.acknowledged.length).toBe(3));
  });

  test('goes on serving when its disk cannot be written, and says so until it can', async () => {
    const { source, clock, keys, set } = plane();
    const stateDir = join(folder(), 'state');
    writeFileSync(stateDir, 'a file in the way');
    set([textFlag('a', 'one')]);
    const { receiver, answer, problems } = open(source, clock, { keys: [keys.publicText], stateDir });
    await until(() => expect(problems()).toEqual(['DISK_WRITE']));
    expect(receiver.status).toBe('ready');
    set([textFlag('a', 'two')]);
    await until(() => expect(answer('a')).toBe('two'));
    rmSync(stateDir);
    clock.advance(30_000);
    await until(() => expect(receiver.problems).toEqual([]));
    expect(readFileSync(join(stateDir, 'shop/live/snapshot'), 'utf8')).toContain('"two"');
  });

  test('does nothing more after it is closed, keeps serving, and leaves the newest on disk', async () => {
    const { source, clock, keys, set } = plane();
    const stateDir = folder();
    set([textFlag('a', 'one')]);
    const { receiver, events, answer } = open(source, clock, { keys: [keys.publicText], stateDir });
    await receiver.started;
    set([textFlag('a', 'two')]);
    await until(() => expect(answer('a')).toBe('two'));
    await receiver.close();
    const heard = events.length;
    set([textFlag('a', 'three')]);
    clock.advance(100_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(events.length).toBe(heard);
    expect(receiver.status).toBe('closed');
    expect(answer('a')).toBe('two');
    expect(readFileSync(join(stateDir, 'shop/live/snapshot'), 'utf8')).toContain('"two"');
  });

  test('is not stopped by a source that answers nothing but errors', async () => {
    const { clock, source } = plane();
    const broken: Source = {
      ...source,
      head: () =>
        Promise.reject(new SourceError({ problem: { code: 'OVERLOADED', detail: '' }, retryAfter: 5 })),
      watch: async () => ({ problem: { code: 'PROTOCOL', detail: 'gibberish' } }),
    };
    const { receiver } = open(broken, clock);
    expect(await receiver.started).toBe('error');
    for (let i = 0; i < 50; i++) {
      clock.advance(30_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(receiver.status).toBe('error');
  });
});
