import { bind, diffSnapshots, encodeSnapshot, evaluate, type SignedHead } from '@ombre/decide';
import { TWO_PHASE_SIZE } from '@ombre/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../../../../test/until.ts';
import { manualClock } from '../manual-clock.suite.ts';
import { createMemorySource, type MemorySource } from '../memory/source.ts';
import { sha256 } from '../sha256.ts';
import { type Keys, makeKeys, signHead } from '../signing.suite.ts';
import type { SourceEvent } from '../source.ts';
import { textFlag } from '../source-contract.suite.ts';
import { openReceiver } from './open-receiver.ts';
import type { Receiver } from './receiver.ts';

const ENVIRONMENT = 'shop/live';
let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

const becomes = (wanted: () => boolean): Promise<void> => until(() => expect(wanted()).toBe(true));

/** A receiver that serves revision 1 of two flags, and whoever talks to it. */
async function stage() {
  const clock = manualClock();
  const keys = makeKeys();
  const memory = createMemorySource();
  let tell: (event: SourceEvent) => void = () => {};
  const source: MemorySource = {
    ...memory,
    watch(from, listen, signal) {
      tell = listen;
      return memory.watch(from, listen, signal);
    },
  };
  const encoded = (text: string) => encodeSnapshot([textFlag('a', text), textFlag('b', text)], sha256);
  const signed = (revision: number, text: string, by: Keys = keys): SignedHead => {
    const head = { environment: ENVIRONMENT, lineage: 'l', revision, digest: encoded(text).digest };
    return signHead(head, by, clock.now(), clock.now() + 3_600_000);
  };
  const publish = (revision: number, text: string) => source.publish(encoded(text), signed(revision, text));
  publish(1, 'old');
  const receiver = openReceiver({
    source,
    clock,
    random: () => 0,
    keys: [keys.publicText],
    class: 'gateway',
  });
  close = () => receiver.close();
  await receiver.started;
  await becomes(() => receiver.live);

  const prepare = (from: number, before: string, after: string, version = 1, size = 100): void => {
    const at = { environment: ENVIRONMENT, lineage: 'l', revision: from, digest: encoded(before).digest };
    const to = { ...at, revision: from + 1, digest: encoded(after).digest };
    const delta = diffSnapshots(encoded(before), at, encoded(after), to);
    tell({ type: 'prepare', id: 'c1', version, delta: { ...delta, from }, size });
  };
  const commit = (revision: number, text: string, by: Keys = keys, version = 1): void =>
    tell({ type: 'commit', id: 'c1', version, announced: { signed: signed(revision, text, by) } });
  const staged = () => source.acknowledged.at(-1)?.staged;
  const answers = () => answersOf(receiver, clock.now());
  return {
    clock,
    receiver,
    source,
    publish,
    prepare,
    commit,
    staged,
    answers,
    tell: (e: SourceEvent) => tell(e),
  };
}

function answersOf({ snapshot }: Receiver, now: number): readonly unknown[] {
  if (snapshot === undefined) return [];
  const bound = bind(snapshot, {}, now);
  return ['a', 'b'].map((flag) => evaluate(bound, flag).value);
}

describe('a receiver in a two-phase change', () => {
  test('compiles what is prepared, says so at once, serves the old until it is decided, then swaps in one go', async () => {
    const { prepare, commit, staged, answers, receiver, source, publish } = await stage();
    prepare(1, 'old', 'new');
    await becomes(() => staged()?.id === 'c1');
    expect(answers()).toEqual(['old', 'old']);
    expect(receiver.head?.revision).toBe(1);
    commit(2, 'new');
    expect(answers()).toEqual(['new', 'new']);
    expect(receiver.head?.revision).toBe(2);
    await becomes(() => source.acknowledged.at(-1)?.revision === 2);
    expect(staged()).toBeUndefined();
    // The delta that follows is of a revision it serves already.
    publish(2, 'new');
    publish(3, 'newer');
    await becomes(() => answers()[0] === 'newer');
    expect(receiver.problems).toEqual([]);
  });

  test('is not moved by a commit that is forged, of another version, or of other bytes', async () => {
    const { prepare, commit, staged, answers } = await stage();
    prepare(1, 'old', 'new');
    await becomes(() => staged() !== undefined);
    commit(2, 'new', undefined, 2);
    commit(2, 'other');
    expect(answers()).toEqual(['old', 'old']);
    commit(2, 'new', makeKeys());
    expect(answers()).toEqual(['old', 'old']);
  });

  test('takes what it has not staged as an ordinary delta', async () => {
    const { commit, publish, answers, prepare, staged, source } = await stage();
    const before = source.acknowledged.length;
    prepare(1, 'old', 'new', 1, TWO_PHASE_SIZE + 1);
    commit(2, 'new');
    expect(answers()).toEqual(['old', 'old']);
    publish(2, 'new');
    await becomes(() => answers()[0] === 'new');
    expect(source.acknowledged.slice(before).every((one) => one.staged === undefined)).toBe(true);
    expect(staged()).toBeUndefined();
  });

  test('stages on the revision that it was prepared on, once it serves it', async () => {
    const { prepare, commit, publish, staged, answers } = await stage();
    prepare(1, 'old', 'new');
    await becomes(() => staged()?.version === 1);
    prepare(2, 'between', 'new', 2);
    publish(2, 'between');
    await becomes(() => staged()?.version === 2);
    expect(answers()).toEqual(['between', 'between']);
    commit(3, 'new', undefined, 2);
    expect(answers()).toEqual(['new', 'new']);
  });

  test('forgets what was aborted', async () => {
    const { prepare, commit, staged, answers, tell } = await stage();
    prepare(1, 'old', 'new');
    await becomes(() => staged() !== undefined);
    tell({ type: 'abort', id: 'c1' });
    commit(2, 'new');
    expect(answers()).toEqual(['old', 'old']);
  });

  test('lives as long as its lease, counted from asking for it', async () => {
    const { clock, receiver, source } = await stage();
    expect(receiver.live).toBe(true);
    source.fail();
    clock.advance(29_999);
    expect(receiver.live).toBe(true);
    clock.advance(1);
    expect(receiver.live).toBe(false);
  });
});
