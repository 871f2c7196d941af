import type { Outcome } from '@ombre/decide';
import { expect, test } from 'vitest';
import { createTallies } from './tally.ts';

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
  const tallies = createTallies();
  tallies.of(outcome('a')).pending += 5;
  tallies.of(outcome('b')).pending += 3;
  tallies.of(outcome(undefined, 'default')).pending += 2;
  tallies.of(outcome(undefined, 'kill')).pending += 7;
  tallies.fold(() => ['a', 'b', 'c']);
  expect(totals(tallies.misses())).toEqual({ a: 5, b: 2, c: 2 });
  tallies.of(outcome('c')).pending += 1;
  tallies.fold(() => ['a', 'b', 'c']);
  expect(totals(tallies.misses())).toEqual({ a: 6, b: 3, c: 2 });
  expect([...tallies.hits()].map(({ rule, reason, total }) => [rule, reason, total])).toEqual([
    ['a', 'rule', 5],
    ['b', 'rule', 3],
    ['', 'default', 2],
    ['', 'kill', 7],
    ['c', 'rule', 1],
  ]);
});

test('a rule that is gone since it served passed nobody over', () => {
  const tallies = createTallies();
  tallies.of(outcome('gone')).pending += 1;
  tallies.fold(() => ['a', 'b']);
  expect([...tallies.misses()]).toEqual([]);
});

test('past its bound all further outcomes are counted as one', () => {
  const tallies = createTallies(2);
  for (const flag of ['a', 'b', 'c', 'd']) tallies.of(outcome('r', 'rule', flag)).pending += 1;
  tallies.fold(() => []);
  expect([...tallies.hits()].map(({ flag, total }) => [flag, total])).toEqual([
    ['a', 1],
    ['b', 1],
    ['(other)', 2],
  ]);
});
