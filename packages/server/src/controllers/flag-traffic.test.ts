import type { CounterRow } from '@ombre/protocol';
import { expect, test } from 'vitest';
import { createFlagTraffic } from './flag-traffic.ts';

/** Reports of a gateway, one a second: everybody's requests, and from some second on those a level holds for. */
function counted(seconds: number, level: { readonly from: number; readonly perSecond: number }) {
  const traffic = createFlagTraffic();
  const row = (requests: number, more: Partial<CounterRow>): CounterRow => ({
    ...{ flag: 'f', rule: null, release: 'r', level: null, arm: 'none', epoch: 1, variant: 'old', bucket: 0 },
    ...{ requests, failures: requests / 10, slow: [], latencySum: 0, open: 0, units: 1, ...more },
  });
  for (let second = 1; second <= seconds; second += 1) {
    const within = Math.max(0, second - level.from) * level.perSecond;
    const half = (100 * second - within) / 2;
    const rows = [row(half, {}), row(half, { ahead: { level: 'next', from: 0, below: 1e6, cut: 1 } })];
    if (within > 0) rows.push(row(within, { level: 'region', arm: 'treatment', variant: 'new' }));
    const head = { source: 'g', boot: 'b', sequence: second, at: 0, limits: {}, full: false };
    traffic.take({ ...head, rows }, 1_000 * second);
  }
  return traffic.read('f', 1_000 * seconds);
}

test('counts what a level holds for from when it was reached, not over the whole minute', () => {
  const seen = counted(30, { from: 20, perSecond: 30 });
  expect(seen?.levels.r?.region).toBeCloseTo(0.3, 10);
  expect(seen?.errorRate).toBeCloseTo(0.1, 10);
});

test('says nothing of a level that was reached a moment ago or never', () => {
  expect(counted(30, { from: 28, perSecond: 30 })?.levels).toEqual({ r: {} });
  expect(counted(30, { from: 40, perSecond: 30 })?.levels).toEqual({});
});
