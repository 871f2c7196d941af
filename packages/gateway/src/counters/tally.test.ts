import { readFileSync } from 'node:fs';
import type { Outcome } from '@ombre/decide';
import { murmur3 } from '@ombre/decide';
import { SUB_BUCKETS } from '@ombre/protocol';
import { describe, expect, test } from 'vitest';
import { exposition } from './exposition.ts';
import { createTally } from './tally.ts';
import { unitHash } from './unit-hash.ts';
import { createUnitSketch } from './unit-sketch.ts';

function outcome(more: Partial<Outcome> = {}): Outcome {
  return {
    flag: 'engine',
    value: 'engine-v2',
    variant: 'v2',
    reason: 'release',
    rule: undefined,
    row: undefined,
    action: undefined,
    release: 'r',
    level: 'full',
    arm: 'treatment',
    epoch: 3,
    ahead: undefined,
    error: undefined,
    ...more,
  };
}

const hash = unitHash('u1');

describe('the tally', () => {
  test('counts by outcome and sub-bucket, whichever object the outcome is', () => {
    const tally = createTally();
    tally.end(tally.begin(outcome(), hash, 0), 10, false, 'x');
    tally.end(tally.begin(outcome(), hash, 5), 25, true, 'x');
    tally.begin(outcome({ epoch: 4 }), hash, 30);
    const common = {
      flag: 'engine',
      rule: null,
      release: 'r',
      level: 'full',
      arm: 'treatment',
      variant: 'v2',
    };
    const bucket = hash % SUB_BUCKETS;
    expect(tally.rows(40, true)).toEqual([
      { ...common, epoch: 3, bucket, requests: 2, failures: 1, slow: [], latencySum: 30, open: 0, units: 1 },
      { ...common, epoch: 4, bucket, requests: 1, failures: 0, slow: [], latencySum: 0, open: 1, units: 1 },
    ]);
  });

  test('tells failures whose call was not permitted from those of the variant, and times them not', () => {
    const tally = createTally();
    tally.end(tally.begin(outcome(), hash, 0), 10, true, 'x');
    tally.end(tally.begin(outcome(), hash, 0), 40, true, 'spare', false);
    expect(tally.rows(40, true)).toMatchObject([
      { requests: 2, failures: 2, notPermitted: 1, latencySum: 10 },
    ]);
  });

  test('keeps bands apart in its rows and together in its groups', () => {
    const tally = createTally();
    const outside = { level: undefined, arm: 'none', variant: 'v1' } as const;
    const band = (from: number, cut = 9) => ({ level: 'full', from, below: from + 100_000, cut });
    const ahead = (from: number, cut?: number) => outcome({ ...outside, ahead: band(from, cut) });
    for (const one of [outcome(outside), ahead(0), ahead(100_000), ahead(100_000), ahead(0, 8)])
      tally.end(tally.begin(one, hash, 0), 10, false, 'x');
    expect(tally.rows(20, true).map(({ ahead: place, requests }) => [place, requests])).toEqual([
      [undefined, 1],
      [band(0), 1],
      [band(100_000), 2],
      [band(0, 8), 1],
    ]);
    const groups = tally.groups();
    expect(groups.length).toBe(1);
    const text = exposition({ groups, upstreams: [], revision: undefined, stale: false, stalled: 0 });
    const lines = text.split('\n').filter((line) => /(requests_total|seconds_count)\{/.test(line));
    expect(lines.map((line) => line.slice(line.lastIndexOf(' ')))).toEqual([' 5', ' 5']);
  });

  test('counts a request as slow the moment it passes a limit, once, and not when it just reaches it', () => {
    const tally = createTally();
    tally.setLimits({ r: [100, 200] });
    const open = tally.begin(outcome(), hash, 0);
    const slow = (now: number) => tally.rows(now, true)[0]?.slow;
    expect([slow(100), slow(101), slow(150)]).toEqual([
      [0, 0],
      [1, 0],
      [1, 0],
    ]);
    tally.end(open, 500, false, 'x');
    expect(slow(600)).toEqual([1, 1]);
    tally.end(tally.begin(outcome(), hash, 700), 900, false, 'x');
    expect(slow(900)).toEqual([2, 1]);
  });

  test('tells what changed since it was last read', () => {
    const tally = createTally();
    const open = tally.begin(outcome(), hash, 0);
    tally.begin(outcome(), unitHash('u2'), 0);
    expect(tally.rows(1, false)).toHaveLength(2);
    expect(tally.rows(2, false)).toHaveLength(0);
    tally.end(open, 3, false, 'x');
    expect(tally.rows(4, false)).toMatchObject([{ requests: 1, open: 0, latencySum: 3 }]);
  });

  test('begins anew when the limits of a release change, not when a release comes or goes', () => {
    const tally = createTally();
    tally.setLimits({ r: [100] });
    const open = tally.begin(outcome(), hash, 0);
    tally.setLimits({ r: [100], other: [5] });
    tally.setLimits({ r: [100] });
    expect([tally.generation, tally.rows(0, true).length]).toEqual([1, 1]);
    tally.setLimits({ r: [50] });
    expect([tally.generation, tally.rows(0, true)]).toEqual([2, []]);
    tally.end(open, 10, false, 'x');
    expect(tally.rows(20, true)).toEqual([]);
    tally.begin(outcome(), hash, 30);
    expect(tally.rows(30, true)).toMatchObject([{ requests: 1, open: 1, slow: [0] }]);
  });

  test('begins anew past fifty thousand rows', () => {
    const tally = createTally();
    const hashes = Array.from({ length: SUB_BUCKETS }, (_, bucket) => bucket);
    for (let epoch = 0; epoch < 800; epoch++) {
      for (const one of hashes) tally.end(tally.begin(outcome({ epoch }), one, 0), 0, false, 'x');
    }
    expect(tally.generation).toBe(2);
    expect(tally.rows(0, true).length).toBeLessThan(2_000);
  });
});

describe('the hash of a unit', () => {
  test('is the one that units are bucketed by', () => {
    const file = new URL('../../../../conformance/buckets.json', import.meta.url);
    const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as {
      vectors: { salt: string; unit: string; hash: number }[];
    };
    expect(vectors.length).toBeGreaterThan(100);
    for (const { salt, unit, hash: wanted } of vectors) expect(murmur3(`${salt}:${unit}`) >>> 0).toBe(wanted);
  });

  test('spreads units evenly over the sub-buckets', () => {
    const counts = Array<number>(SUB_BUCKETS).fill(0);
    for (let unit = 0; unit < 64_000; unit++) counts[unitHash(`user-${unit}`) % SUB_BUCKETS]! += 1;
    const chiSquared = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // The 99.9 % point of χ² with 63 degrees of freedom is 103.4.
    expect(chiSquared).toBeLessThan(103.4);
  });
});

describe('the estimate of distinct units', () => {
  test.each([1, 10, 50, 1_000, 20_000])('is near %i for so many, however often they come', (count) => {
    const errors = Array.from({ length: 30 }, (_, run) => {
      const sketch = createUnitSketch();
      for (let unit = 0; unit < count; unit++) {
        for (let time = 0; time < 2; time++) sketch.add(unitHash(`${run}/${unit}`));
      }
      return (sketch.estimate() - count) / count;
    });
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    // Four standard errors of the mean of 30 sketches.
    expect(Math.abs(mean)).toBeLessThan((4 * 0.13) / Math.sqrt(30));
  });
});
