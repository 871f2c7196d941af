import type { Acknowledgement } from '@ombre/protocol';
import { expect, test } from 'vitest';
import { manualClock } from '../../../carry/src/manual-clock.suite.ts';
import { createReceivers } from './receivers.ts';

const ack = (receiver: string, revision: number, lineage = 'l1'): Acknowledgement => ({
  receiver,
  class: 'sdk',
  lineage,
  revision,
  digest: 'a'.repeat(64),
});
const head = { lineage: 'l1', revision: 10 };

test('the view tells who serves what, and how far behind', () => {
  const receivers = createReceivers({ clock: manualClock(), lease: 1000, limit: 10 });
  receivers.acknowledge('p/e', ack('b', 10));
  receivers.acknowledge('p/e', {
    ...ack('a', 7),
    unsupported: [{ flag: 'f', code: 'FLAG_BROKEN', detail: 'x' }],
  });
  receivers.acknowledge('p/e', ack('c', 99, 'l0'));
  receivers.acknowledge('p/other', ack('z', 1));
  receivers.connected('p/e', 'a', true);
  const rows = receivers.view('p/e', head);
  expect(rows.map(({ receiver, behind, connected }) => [receiver, behind, connected])).toEqual([
    ['a', 3, true],
    ['b', 0, false],
    ['c', null, false],
  ]);
  expect(rows[0]!.unsupported).toEqual([{ flag: 'f', code: 'FLAG_BROKEN', detail: 'x' }]);
});

test('a lease runs out on the monotonic clock and is renewed by the next acknowledgement', () => {
  const clock = manualClock();
  const receivers = createReceivers({ clock, lease: 1000, limit: 10 });
  receivers.acknowledge('p/e', ack('a', 10));
  clock.advance(999);
  expect(receivers.view('p/e', head)[0]).toMatchObject({ lease: 'held', expiresIn: 1 });
  clock.advance(1);
  expect(receivers.view('p/e', head)[0]).toMatchObject({ lease: 'expired', expiresIn: 0 });
  receivers.acknowledge('p/e', ack('a', 10));
  expect(receivers.view('p/e', head)[0]!.lease).toBe('held');
});

test('the book is bounded: only those whose lease ran out make room', () => {
  const clock = manualClock();
  const receivers = createReceivers({ clock, lease: 1000, limit: 2 });
  expect(receivers.acknowledge('p/e', ack('a', 1))).toBe(true);
  expect(receivers.acknowledge('p/e', ack('b', 1))).toBe(true);
  expect(receivers.acknowledge('p/e', ack('c', 1))).toBe(false);
  expect(receivers.acknowledge('p/e', ack('b', 2))).toBe(true);
  clock.advance(1000);
  expect(receivers.acknowledge('p/e', ack('c', 1))).toBe(true);
  expect(receivers.view('p/e', head).map((row) => row.receiver)).toEqual(['c']);
});

test('a receiver with two streams is connected until both are closed', () => {
  const receivers = createReceivers({ clock: manualClock(), lease: 1000, limit: 2 });
  receivers.acknowledge('p/e', ack('a', 1));
  for (const open of [true, true, false]) receivers.connected('p/e', 'a', open);
  expect(receivers.view('p/e', head)[0]!.connected).toBe(true);
  receivers.connected('p/e', 'a', false);
  expect(receivers.view('p/e', head)[0]!.connected).toBe(false);
});
