import type { Outcome } from '@ombre/decide';
import { expect, test } from 'vitest';
import { createOutcomeCounts } from './outcome-counts.ts';

const outcome = (rule: string | undefined, reason: Outcome['reason'] = 'rule', flag = 'f'): Outcome => ({
  flag,
  value: 1,
  variant: 'v',
  reason,
  rule,
  row: undefined,
  action: undefined,
  release: undefined,
  level: undefined,
  arm: 'none',
  epoch: undefined,
  ahead: undefined,
  error: undefined,
});

const totals = (rows: Iterable<{ rule: string; total: number }>) =>
  Object.fromEntries([...rows].map(({ rule, total }) => [rule, total]));

test('an outcome of the second rule is a miss of the first, one of no rule a miss of all', () => {
  const counts = createOutcomeCounts();
  counts.of(outcome('a')).pending += 5;
  counts.of(outcome('b')).pending += 3;
  counts.of(outcome(undefined, 'default')).pending += 2;
  counts.of(outcome(undefined, 'kill')).pending += 7;
  counts.fold(() => ['a', 'b', 'c']);
  expect(totals(counts.misses())).toEqual({ a: 5, b: 2, c: 2 });
  counts.of(outcome('c')).pending += 1;
  counts.fold(() => ['a', 'b', 'c']);
  expect(totals(counts.misses())).toEqual({ a: 6, b: 3, c: 2 });
  expect([...counts.hits()].map(({ rule, reason, total }) => [rule, reason, total])).toEqual([
    ['a', 'rule', 5],
    ['b', 'rule', 3],
    ['', 'default', 2],
    ['', 'kill', 7],
    ['c', 'rule', 1],
  ]);
});

test('a rule that is gone since it served passed nobody over', () => {
  const counts = createOutcomeCounts();
  counts.of(outcome('gone')).pending += 1;
  counts.fold(() => ['a', 'b']);
  expect([...counts.misses()]).toEqual([]);
});

test('past its bound all further outcomes are counted as one', () => {
  const counts = createOutcomeCounts(2);
  for (const flag of ['a', 'b', 'c', 'd']) counts.of(outcome('r', 'rule', flag)).pending += 1;
  counts.fold(() => []);
  expect([...counts.hits()].map(({ flag, total }) => [flag, total])).toEqual([
    ['a', 1],
    ['b', 1],
    ['(other)', 2],
  ]);
});
