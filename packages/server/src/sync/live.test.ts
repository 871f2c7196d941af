import type { Clock } from '@ombre/carry';
import {
  bind,
  type Delta,
  diffSnapshots,
  type Encoded,
  type Entry,
  encodeSnapshot,
  evaluate,
  type SignedHead,
} from '@ombre/decide';
import { expect, test } from 'vitest';
import { manualClock } from '../../../carry/src/manual-clock.suite.ts';
import { type Log, silent } from '../http/log.ts';
import { sha256 } from '../store/sha256.ts';
import { createLive, type Moved } from './live.ts';

const clock = manualClock();
const at = (ms: number) => new Date(clock.now() + ms).toISOString();

const flag = (name: string, value: string, more: object = {}): Entry => ({
  kind: 'Flag',
  name,
  body: { type: 'string', variants: { a: value, b: 'off' }, default: 'a', off: 'b', ...more },
});

/** A log of one environment, as commands and views would keep it. */
function journal(first: readonly Entry[], log: Log = silent, time: Clock = clock) {
  let encoded: Encoded = encodeSnapshot(first, sha256);
  let head: SignedHead = signed(1, encoded.digest);
  const listeners = new Set<(head: SignedHead, delta: Delta | 'resync') => void>();
  const kept = new Map<string, Encoded>([[encoded.digest, encoded]]);
  const live = createLive({
    environment: 'p/e',
    clock: time,
    log,
    views: {
      head: () => head,
      encoded: () => encoded,
      snapshot: (_, digest) => {
        const found = kept.get(digest);
        return found === undefined ? undefined : { head: head.head, encoded: found };
      },
    },
    changes: {
      subscribe(_, listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  const told: { moved: Moved; changed: readonly string[]; value: unknown }[] = [];
  const read = (name: string) => evaluate(bind(live.current().snapshot, {}, clock.now()), name).value;
  live.subscribe((_, moved, changed) => told.push({ moved, changed, value: read('one') }));
  return {
    live,
    told,
    read,
    /** Commits and tells; `hold` commits without telling yet. */
    commit(entries: readonly Entry[], as: 'delta' | 'resync' = 'delta', hold = false): () => void {
      const next = encodeSnapshot(entries, sha256);
      const nextHead = signed(head.head.revision + 1, next.digest);
      const delta = as === 'resync' ? as : diffSnapshots(encoded, head.head, next, nextHead.head);
      encoded = next;
      head = nextHead;
      kept.set(next.digest, next);
      const tell = () => {
        for (const listener of listeners) listener(nextHead, delta);
      };
      if (!hold) tell();
      return tell;
    },
    forget: (digest: string) => kept.delete(digest),
    digest: () => encoded.digest,
  };
}

function signed(revision: number, digest: string): SignedHead {
  return {
    head: { environment: 'p/e', lineage: 'l', revision, digest },
    issued: 0,
    expires: 0,
    key: '',
    signature: '',
  };
}

test('a committed change is served before the commit returns, and who subscribed is told after the swap', () => {
  const { commit, told, read, live } = journal([flag('one', 'x'), flag('two', 'y')]);
  expect(read('one')).toBe('x');
  commit([flag('one', 'z'), flag('two', 'y')]);
  expect(read('one')).toBe('z');
  expect(told.map(({ changed, value }) => [changed, value])).toEqual([[['one'], 'z']]);
  expect(live.current().head.head.revision).toBe(2);
  commit([flag('one', 'w')], 'resync');
  expect([read('one'), read('two'), told[1]?.moved]).toEqual(['w', undefined, 'resync']);
});

test('news that comes late, when the log is already further, is served in order', () => {
  const { commit, told, read } = journal([flag('one', 'x')]);
  const first = commit([flag('one', 'y')], 'delta', true);
  const second = commit([flag('one', 'z')], 'delta', true);
  first();
  expect(read('one')).toBe('y');
  second();
  expect(read('one')).toBe('z');
  expect(told.map(({ value }) => value)).toEqual(['y', 'z']);
});

test('a revision that cannot be served leaves the old one, says so, and the next is loaded whole', () => {
  const errors: string[] = [];
  const { commit, told, read, forget, digest } = journal([flag('one', 'x')], {
    ...silent,
    error: (_, message) => errors.push(message),
  });
  const first = commit([flag('one', 'y')], 'delta', true);
  forget(digest());
  const second = commit([flag('one', 'z')], 'delta', true);
  first();
  expect([read('one'), errors]).toEqual(['x', ['a revision could not be served']]);
  second();
  expect([read('one'), told.map(({ moved }) => moved)]).toEqual(['z', ['resync']]);
});

test('where a validity begins or ends the state is another and the flag is told, without a revision', () => {
  const validity = { from: at(1_000), until: at(5_000) };
  const { told, read, live } = journal([flag('one', 'on', { validity }), flag('two', 'y')]);
  const before = live.current().state;
  expect(read('one')).toBe('off');
  clock.advance(1_000);
  expect(read('one')).toBe('on');
  const during = live.current().state;
  clock.advance(4_000);
  expect(read('one')).toBe('off');
  expect(new Set([before, during, live.current().state]).size).toBe(3);
  expect(told.map(({ moved, changed, value }) => [moved, changed, value])).toEqual([
    ['time', ['one'], 'on'],
    ['time', ['one'], 'off'],
  ]);
  clock.advance(100_000);
  expect(told).toHaveLength(2);
});

test('nothing is told after it is closed', () => {
  const { commit, told, live } = journal([flag('one', 'x', { validity: { until: at(1_000) } })]);
  live.close();
  commit([flag('one', 'y')]);
  clock.advance(2_000);
  expect(told).toEqual([]);
});

test('a big snapshot compiles in slices, and the old one serves until the last', async () => {
  // Each look at this clock costs a millisecond, so that a slice of five ends after as many steps.
  let looks = 0;
  const { commit, read, told } = journal([flag('one', 'x')], silent, { ...clock, monotonic: () => looks++ });
  const many = Array.from({ length: 20_000 }, (_, index) => flag(`flag-${index}`, 'v'));
  commit([flag('one', 'y'), ...many], 'resync');
  commit([flag('one', 'z'), ...many]);
  expect(read('one')).toBe('x');
  while (told.length < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(told.map(({ value }) => value)).toEqual(['y', 'z']);
  expect(read('flag-19999')).toBe('v');
});
