import type { ReleaseView } from '@ombre/protocol';
import { describe, expect, test } from 'vitest';
import { checkRun, experienceOf, growthOf, hurtOf } from './checks.ts';
import type { Run } from './run-scenario.ts';
import type { Expectation } from './suite.ts';
import type { Sample } from './traffic.ts';

function samples(variant: string | undefined, count: number, more: Partial<Sample> = {}): Sample[] {
  return Array.from({ length: count }, () => ({
    operation: 'view',
    attributes: { zone: 'a' },
    variant,
    began: 100,
    took: 10,
    failed: false,
    ...more,
  }));
}

function run(list: readonly Sample[], view: Partial<ReleaseView> = {}, more: Partial<Run> = {}): Run {
  return {
    view: { from: 'v1', to: 'v2', phase: 'completed', ...view } as ReleaseView,
    over: true,
    began: 0,
    ended: 1_000,
    faultBegan: undefined,
    samples: list,
    stalled: 0,
    left: [],
    ...more,
  };
}

const said = (expectation: Partial<Expectation>, of: Run): string[] =>
  checkRun({ outcome: 'completed', within: 1_000, p99: [], failed: [], ...expectation }, of).map(
    ({ name, ok, found }) => `${name}: ${ok ? 'yes' : 'no'}, ${found}`,
  );

describe('what was expected of a run', () => {
  test('is its outcome first, and a run that was cut off has none', () => {
    expect(said({}, run([]))).toEqual(['outcome: yes, completed']);
    expect(said({ outcome: 'rolled-back' }, run([]))).toEqual(['outcome: no, completed']);
    expect(said({}, run([], {}, { over: false }))).toEqual(['outcome: no, still completed after 1 s']);
  });

  test('counts as hurt only what the old version’s rate does not explain', () => {
    const list = [
      ...samples('v1', 99),
      ...samples('v1', 1, { failed: true }),
      ...samples('v2', 90),
      ...samples('v2', 10, { failed: true }),
    ];
    expect(hurtOf(run(list))).toBeCloseTo(9 / 200, 12);
    expect(hurtOf(run([]))).toBe(0);
    expect(said({ hurt: 0.04 }, run(list))[1]).toBe('hurt: no, 4.5 %');
  });

  test('holds a p99 to its band, and none against no requests', () => {
    const list = [...samples('v1', 98), ...samples('v1', 2, { took: 300 }), ...samples('v2', 100)];
    expect(experienceOf(list.slice(0, 100)).p99).toBe(300);
    expect(said({ p99: [{ of: 'from', min: 250, max: 350 }] }, run(list))[1]).toBe(
      'p99 of from: yes, 300 ms',
    );
    expect(said({ p99: [{ of: 'to', min: 250 }] }, run(list))[1]).toBe('p99 of to: no, 10 ms');
    expect(said({ p99: [{ of: 'to', max: 250 }] }, run([]))[1]).toBe('p99 of to: no, no requests');
  });

  test('can be of some users, of one operation, of the time since the fault', () => {
    const fault = { attributes: { zone: 'b' }, began: 600 };
    const list = [
      ...samples('v2', 90),
      ...samples('v2', 8, fault),
      ...samples('v2', 2, { ...fault, failed: true }),
      ...samples('v2', 10, { attributes: { zone: 'b' }, failed: true }),
      ...samples(undefined, 4, { ...fault, operation: 'page', failed: true }),
    ];
    const of = run(list, {}, { faultBegan: 500 });
    const failed = [
      { of: 'to', only: { zone: 'b' }, during: 'fault', min: 0.1, max: 0.3 },
      { of: 'all', operation: 'page', max: 0.5 },
      { of: 'to', only: { zone: 'a' }, min: 0.1 },
      { of: 'to', only: { zone: 'c' }, max: 1 },
    ] as const;
    expect(said({ failed }, of).slice(1)).toEqual([
      'failed of to, zone b since the fault: yes, 20 % (2 of 10)',
      'failed of all, page: no, 100 % (4 of 4)',
      'failed of to, zone a: no, 0 % (0 of 90)',
      'failed of to, zone c: no, no requests',
    ]);
    expect(said({ failed }, run(list))[1]).toBe('failed of to, zone b since the fault: no, no requests');
  });

  test('is caught by the guard that was named, within its time', () => {
    const wall = Date.now() - performance.now();
    const caught = run(
      samples('v2', 1, { began: 900 }),
      {
        phase: 'rolled-back',
        rollback: {
          detectedAt: wall + 800,
          evidence: [{ guard: 'errorRate 0.05', verdict: 'bad' }],
        } as never,
      },
      { faultBegan: 500 },
    );
    const expectation = {
      outcome: 'rolled-back',
      by: 'errorRate',
      caughtWithin: 500,
      backWithin: 300,
    } as const;
    const lines = said(expectation, caught);
    expect(lines.slice(0, 2)).toEqual(['outcome: yes, rolled-back', 'caught by: yes, errorRate 0.05']);
    // Two clocks are read one after the other, and a busy machine takes its time in between.
    expect(lines[2]).toMatch(/^caught: yes, after (2[5-9]|3[0-4])\d ms$/);
    expect(lines[3]).toMatch(/^last request on the new version: no, after (3[5-9]|4[0-4])\d ms$/);
    expect(said({ caughtWithin: 500 }, run([]))[1]).toBe('caught: no, never');
  });

  test('names the operation that got worse most, slow counting like failed', () => {
    const list = [
      ...samples('v1', 100),
      ...samples('v2', 100, { failed: false }),
      ...samples('v1', 100, { operation: 'stock' }),
      ...samples('v2', 95, { operation: 'stock' }),
      ...samples('v2', 5, { operation: 'stock', took: 2_800 }),
    ];
    expect(growthOf(run(list)).map(({ operation, worse }) => [operation, worse])).toEqual([
      ['stock', 0.05],
      ['view', 0],
    ]);
    expect(said({ operation: 'view' }, run(list))[1]).toBe(
      'operation that got worse: no, stock (5 % of its requests)',
    );
  });
});
