import { describe, expect, test } from 'vitest';
import { CelDuration, CelMap, CelOptional, CelTimestamp, CelUint } from '../cel/value.ts';
import { snapshotOf } from '../engine/environment.suite.ts';
import { bind } from '../engine/evaluate.ts';
import { explain } from './explain.ts';
import { jsonOf } from './json-of.ts';

const snapshot = snapshotOf({
  'Vocabulary/v': {
    attributes: {
      'user.tier': { type: 'string' },
      'user.age': { type: 'int' },
      'geo.region': { type: 'string', derivedBy: 'geo' },
    },
  },
  'Flag/f': {
    type: 'string',
    variants: { v1: 'one', v2: 'two' },
    default: 'v1',
    off: 'v1',
    rules: [
      { id: 'vip', when: 'user.tier == "L5" && user.age > 20', serve: { variant: 'v2' } },
      { id: 'cn', when: 'geo.region == "CN"', serve: { variant: 'v2' } },
      { id: 'tenth', serve: { share: 0.1, variant: 'v2' } },
    ],
  },
  'Release/r': { flag: 'f', from: 'v1', to: 'v2', ladder: [{ name: 'half', share: 0.5, dwell: '1h' }] },
  'Placement/r': { reached: 1, shares: [0.5], epoch: 3 },
});

describe('an explanation', () => {
  const explanation = explain(
    bind(snapshot, { targetingKey: 'user-3', user: { tier: 'L5', age: '7' } }, 0),
    'f',
  );

  test('says of each rule why it was or was not taken, with the value of each sub-expression', () => {
    const [vip, cn, tenth] = explanation.steps;
    expect(vip).toMatchObject({ step: 'rule', name: 'vip', taken: false });
    expect(vip?.why).toContain('it is skipped');
    expect(vip?.details).toMatchObject({
      text: 'user.tier == "L5" && user.age > 20',
      error: 'missing',
      children: [
        {
          text: 'user.tier == "L5"',
          value: true,
          children: [
            { text: 'user.tier', value: 'L5' },
            { text: '"L5"', value: 'L5' },
          ],
        },
        { text: 'user.age > 20', error: 'missing' },
      ],
    });
    expect(cn).toMatchObject({ name: 'cn', taken: false });
    expect(tenth).toMatchObject({
      taken: false,
      allocation: { salt: 'f/tenth', unit: 'user-3', position: 189_600 },
    });
    expect(tenth?.why).toContain('outside the share of 10 %');
  });

  test('shows the release: levels, position and arm', () => {
    expect(explanation.steps.slice(3)).toMatchObject([
      { step: 'default', taken: true },
      {
        step: 'release',
        name: 'r',
        taken: true,
        allocation: { salt: 'release/r', position: 22_645 },
        details: { value: 'half', children: [{ text: 'level half at 50 %', value: true }] },
      },
    ]);
    expect(explanation.outcome).toMatchObject({
      variant: 'v2',
      reason: 'release',
      level: 'half',
      arm: 'treatment',
      epoch: 3,
    });
  });

  test('lists the attributes it read, and what was wrong with them', () => {
    expect(explanation.attributes).toEqual([
      { name: 'geo.region', status: 'unavailable' },
      { name: 'user.age', status: 'mistyped' },
      { name: 'user.tier', status: 'present', value: 'L5' },
    ]);
  });

  test('of a flag that is not there or cannot be decided says so', () => {
    expect(explain(bind(snapshot, {}, 0), 'nobody').steps).toMatchObject([
      { step: 'error', why: 'no flag has this name' },
    ]);
    const broken = snapshotOf({ 'Flag/f': { type: 'boolean', variants: {}, default: 'a', off: 'b' } });
    expect(explain(bind(broken, {}, 0), 'f').steps).toMatchObject([
      { step: 'error', why: 'there is no variant a' },
    ]);
  });
});

test('every value of CEL has a form in JSON', () => {
  const map = new CelMap(new Map([['k', ['k', 1n]]]));
  const values = [1n, 2n ** 60n, new CelUint(3n), 1.5, Number.NaN, -0, [1n, 'a'], map, null, true, 'x'];
  expect(values.map(jsonOf)).toEqual([
    1,
    String(2n ** 60n),
    3,
    1.5,
    'NaN',
    0,
    [1, 'a'],
    { k: 1 },
    null,
    true,
    'x',
  ]);
  expect(jsonOf(new CelTimestamp(0n))).toBe('1970-01-01T00:00:00Z');
  expect(jsonOf(new CelDuration(1_500_000_000n))).toBe('1.5s');
  expect([jsonOf(new CelOptional(undefined)), jsonOf(new CelOptional(2n))]).toEqual([null, 2]);
  expect(jsonOf(Uint8Array.of(1, 2))).toEqual([1, 2]);
});
