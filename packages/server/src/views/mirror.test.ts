import { applyDelta, type Delta, type SignedHead } from '@ombre/decide';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  asked,
  ENVIRONMENT,
  flag,
  openTestControl,
  type TestControl,
  testClock,
  testKeyring,
} from '../commands/control.suite.ts';
import { sealChange } from '../store/hash-chain.ts';
import { openMemoryStore } from '../store/memory-store.ts';
import { sha256 } from '../store/sha256.ts';
import type { Store } from '../store/store.ts';

let store: Store;
let one: TestControl;
let other: TestControl;
const keyring = testKeyring();
/** Two processes on one store, the second of which is told nothing unless it asks. */
beforeEach(async () => {
  store = openMemoryStore(() => 0);
  one = await openTestControl(store, testClock(), keyring);
  other = await openTestControl({ ...store, watch: () => () => {} }, testClock(), keyring);
});

const revisionOf = (control: TestControl): number => control.views.head(ENVIRONMENT)?.head.revision ?? 0;

describe('processes that share a store', () => {
  test('decide on what the others have written, even where nobody told them', async () => {
    await one.files([flag('a')]);
    expect(revisionOf(other)).toBe(1);
    const result = await other.files([flag('a'), flag('b')]);
    expect(result).toMatchObject({ ok: true, revision: 3 });
    expect(result.ok && result.diff.map(({ key }) => key)).toEqual(['Flag/b']);
    expect(await one.api([flag('a')])).toMatchObject({ code: 'OWNED' });
    expect(revisionOf(one)).toBe(3);
  });

  test('write dense revisions when they write at once, each deciding on the one before', async () => {
    const writes = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? one : other).api([flag(`f${index}`)]),
    );
    const revisions = (await Promise.all(writes)).map((result) => (result.ok ? result.revision : 0));
    expect(revisions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 2));
    expect((await one.views.verifyHistory(ENVIRONMENT))?.faults).toEqual([]);
  });

  test('come to the same bytes', async () => {
    await one.files([flag('a'), flag('b')]);
    await other.commands.override({ ...asked, flag: 'a', kill: {} });
    await one.files([flag('b')]);
    await other.api([flag('c')]);
    await one.api([flag('d')]);
    await other.api([], ['Flag/c']);
    await one.commands.expire(ENVIRONMENT);
    expect(one.views.encoded(ENVIRONMENT)).toEqual(other.views.encoded(ENVIRONMENT));
    expect(one.views.head(ENVIRONMENT)?.head).toEqual(other.views.head(ENVIRONMENT)?.head);
  });
});

describe('news', () => {
  function listen(control: TestControl) {
    const news: [SignedHead, Delta | 'resync'][] = [];
    const stop = control.changes.subscribe(ENVIRONMENT, (head, delta) => news.push([head, delta]));
    return { news, stop };
  }

  test('tell every revision once, in order, with deltas that lead from one to the next', async () => {
    const { news, stop } = listen(other);
    let encoded = other.views.encoded(ENVIRONMENT)!;
    let { head } = other.views.head(ENVIRONMENT)!;
    await one.files([flag('a'), flag('b')]);
    await one.files([flag('b', { default: 'v2' })]);
    await one.commands.override({ ...asked, flag: 'b', kill: {} });
    await other.api([flag('c')]);
    expect(news.map(([signed]) => signed.head.revision)).toEqual([2, 3, 4, 5]);
    for (const [signed, delta] of news) {
      expect(delta).not.toBe('resync');
      const applied = applyDelta(encoded, head, delta as Delta, sha256);
      expect(applied).toMatchObject({ ok: true });
      if (applied.ok) ({ encoded } = applied);
      ({ head } = signed);
    }
    expect(encoded.digest).toBe(other.views.head(ENVIRONMENT)?.head.digest);
    stop();
    await one.files([]);
    await other.commands.expire(ENVIRONMENT);
    expect(news).toHaveLength(4);
  });

  test('a listener that throws hinders neither the change nor the others', async () => {
    one.changes.subscribe(ENVIRONMENT, () => {
      throw new Error('broken listener');
    });
    const { news } = listen(one);
    expect(await one.files([flag('a')])).toMatchObject({ ok: true });
    expect(news).toHaveLength(1);
  });

  test('tell to start over where the log beneath is another', async () => {
    const { news } = listen(one);
    await one.files([flag('a')]);
    const replaced = openMemoryStore(() => 0);
    const stranger = await openTestControl(replaced, testClock(), keyring);
    await stranger.files([flag('x')]);
    await stranger.files([flag('x'), flag('y')]);
    Object.assign(store, replaced);
    await one.commands.expire(ENVIRONMENT);
    expect(await one.api([flag('z')])).toMatchObject({ ok: true, revision: 4 });
    expect(news.map(([, delta]) => delta === 'resync')).toContain(true);
    expect(one.views.resource(ENVIRONMENT, 'Flag/x')).toBeDefined();
    expect(one.views.resource(ENVIRONMENT, 'Flag/a')).toBeUndefined();
  });
});

describe('deltas for those behind', () => {
  test('lead from any recent revision to the head at once', async () => {
    const start = one.views.encoded(ENVIRONMENT)!;
    const { head } = one.views.head(ENVIRONMENT)!;
    await one.files([flag('a'), flag('b')]);
    expect(one.views.delta(ENVIRONMENT, 'lineage-1', 1)).toMatchObject({ head: { revision: 2 } });
    await one.files([flag('a', { default: 'v2' }), flag('c')]);
    const delta = one.views.delta(ENVIRONMENT, 'lineage-1', 1) as Delta;
    expect(delta.put.map((line) => line.split('\t')[0])).toEqual(['Flag/a', 'Flag/c']);
    const applied = applyDelta(start, head, delta, sha256);
    expect(applied.ok && applied.encoded.digest).toBe(one.views.head(ENVIRONMENT)?.head.digest);
  });

  test('are refused from another lineage, from the future, and from too long ago', async () => {
    for (let index = 0; index < 300; index += 1)
      await one.files([flag('a', { default: index % 2 ? 'v1' : 'v2' })]);
    expect(one.views.delta(ENVIRONMENT, 'lineage-9', 300)).toBe('resync');
    expect(one.views.delta(ENVIRONMENT, 'lineage-1', 999)).toBe('resync');
    expect(one.views.delta(ENVIRONMENT, 'lineage-1', 3)).toBe('resync');
    expect(one.views.delta(ENVIRONMENT, 'lineage-1', 290)).not.toBe('resync');
    expect(one.views.delta('no/where', 'lineage-1', 1)).toBeUndefined();
  });

  test('a snapshot can still be had by its digest after the next', async () => {
    await one.files([flag('a')]);
    const { head } = one.views.head(ENVIRONMENT)!;
    const encoded = one.views.encoded(ENVIRONMENT);
    await one.files([flag('b')]);
    expect(one.views.snapshot(ENVIRONMENT, head.digest)).toMatchObject({ head, encoded });
    expect(one.views.snapshot(ENVIRONMENT, 'none')).toBeUndefined();
  });
});

describe('heads', () => {
  test('are signed anew when the key changes or half their life is over, and not before', async () => {
    const clock = testClock();
    const [first, second] = [testKeyring(), testKeyring()];
    let active = { ...first, id: 'first' };
    const control = await openTestControl(
      openMemoryStore(() => 0),
      clock,
      {
        signer: () => ({ ...active.signer(), key: active.id }),
        verify: first.verify,
      },
    );
    const head = () => control.views.head(ENVIRONMENT)!;
    const was = head();
    expect(head()).toBe(was);
    clock.advance(13 * 60 * 60 * 1000);
    expect(head().issued).toBeGreaterThan(was.issued);
    active = { ...second, id: 'second' };
    expect(head()).toMatchObject({ key: 'second', head: was.head });
    expect(head().signature).not.toBe(was.signature);
  });
});

describe('another version of Ombre', () => {
  /** A log as a version wrote it that encodes the same rows to other bytes. */
  async function foreignChange(on: Store): Promise<void> {
    const { head, hash } = (await on.load(ENVIRONMENT))!;
    const change = sealChange(
      {
        ...head,
        revision: head.revision + 1,
        at: '1',
        author: 'of the future',
        why: '',
        action: 'encode',
        origin: null,
        from: head.digest,
        to: 'bytes of the future',
        names: [],
        diff: [],
        writes: [],
        facts: {},
      },
      hash,
      keyring.signer(),
    );
    expect(await on.append({ change, writes: [] })).toEqual({ ok: true });
  }

  test('that writes beside this one leaves it serving its last revision, and writing nothing', async () => {
    await one.files([flag('a')]);
    await foreignChange(store);
    const refused = await one.files([flag('b')]);
    expect(refused).toMatchObject({ ok: false, code: 'UNAVAILABLE' });
    expect(!refused.ok && refused.message).toContain('another version of Ombre');
    expect(one.views.head(ENVIRONMENT)?.head.revision).toBe(2);
    expect(one.views.encoded(ENVIRONMENT)?.digest).toBe(one.views.head(ENVIRONMENT)?.head.digest);
  });

  test('that wrote before this one started costs one revision with today’s bytes', async () => {
    await one.files([flag('a')]);
    await foreignChange(store);
    const upgraded = await openTestControl(store, testClock(), keyring);
    const { head } = upgraded.views.head(ENVIRONMENT)!;
    expect(head).toMatchObject({
      lineage: 'lineage-1',
      revision: 4,
      digest: upgraded.views.encoded(ENVIRONMENT)?.digest,
    });
    expect(await upgraded.views.change(ENVIRONMENT, 4)).toMatchObject({
      action: 'encode',
      from: 'bytes of the future',
    });
    expect((await upgraded.views.verifyHistory(ENVIRONMENT))?.faults).toEqual([]);
    expect(await upgraded.files([flag('b')])).toMatchObject({ ok: true, revision: 5 });
  });
});
