import { expect, test } from 'vitest';
import { evidenceAboveControl } from './above-control.ts';
import type { BucketCounts } from './rates.ts';

/** Requests of 64 sub-buckets, of which so many fail in each of the first few. */
function arm(requests: number, failing: number, each: number): BucketCounts {
  const of = (count: (bucket: number) => number) => Array.from({ length: 64 }, (_, bucket) => count(bucket));
  return { trials: of(() => requests), events: of((bucket) => (bucket < failing ? each : 0)) };
}

const NEEDED = 5;

function evidence(treatment: BucketCounts, control: BucketCounts): number {
  return evidenceAboveControl(treatment, { now: control, whole: control, weight: 9 }, 0, NEEDED);
}

test('many failures of a few users are no evidence against a small control that has no such user', () => {
  const control = arm(400, 2, 9);
  expect(evidence(arm(400, 64, 10), control)).toBeGreaterThan(NEEDED);
  expect(evidence(arm(400, 5, 128), control)).toBeLessThan(NEEDED);
});

test('failures everywhere are evidence though a few users fail always', () => {
  const both = arm(400, 64, 20);
  const treatment = { ...both, events: both.events.map((count, bucket) => (bucket < 3 ? 100 : count)) };
  expect(evidence(treatment, arm(400, 2, 9))).toBeGreaterThan(NEEDED);
});
