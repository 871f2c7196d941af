import type { Guard, ReleaseSpec } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import { startRelease } from '../climb/state.ts';
import { judgeHealth } from '../health/judge-health.ts';
import type { ArmTally } from '../health/tally.ts';
import { tallyOf } from '../simulation/arm-counts.ts';

/** 64 sub-buckets of 40 requests each, of which so many fail, one after the other. */
function arm(failing: number): ArmTally {
  const of = (count: (bucket: number) => number) => Array.from({ length: 64 }, (_, bucket) => count(bucket));
  return {
    ended: of(() => 40),
    failures: of((bucket) => Math.floor(failing + bucket / 64)),
    slow: [],
    latencySum: of(() => 400),
    units: 5_000,
  };
}

function judge(guard: Guard, region: number, some: number) {
  const spec: ReleaseSpec = {
    flag: 'f',
    from: 'old',
    to: 'new',
    guards: [guard],
    ladder: [
      { name: 'region', when: 'geo.region == "CN"', share: 0.5, dwell: '1m' },
      { name: 'some', share: 0.1, dwell: '1m' },
    ],
  };
  const progress = {
    ...startRelease({ reached: 2, shares: [0.5, 0.1], epoch: 1 }),
    phase: 'dwelling',
    at: { level: 1, step: 0 },
    evidenceFrom: 0,
  } as const;
  const levels = {
    region: { treatment: arm(region), control: arm(0.2) },
    some: { treatment: arm(some), control: arm(0.2) },
  };
  const { state } = judgeHealth(spec, progress, tallyOf({}), undefined, 0);
  return judgeHealth(spec, progress, tallyOf(levels), state, 1_000).health;
}

const named = { effect: 0.01, slices: ['region'] };
const apart: Guard = { errorsAboveControl: { ...named, returnSlices: true } };

describe('levels compared by themselves', () => {
  test('go back alone where only they are worse, if that is wanted', () => {
    const { verdict, evidence } = judge(apart, 12, 0.2);
    expect([verdict, evidence[0]?.returns]).toEqual(['undecided', ['region']]);
    expect(evidence[0]?.sentence).toContain('region: 30 %, control 0.469 %');
  });

  test('take everything back otherwise', () => {
    expect(judge({ errorsAboveControl: named }, 12, 0.2).verdict).toBe('bad');
    expect(judge(apart, 12, 12).verdict).toBe('bad');
    expect(judge(apart, 0.2, 12)).toMatchObject({ verdict: 'bad' });
  });

  test('say nothing while they are as their control', () => {
    const { evidence } = judge(apart, 0.2, 0.2);
    expect(evidence[0]?.returns).toBeUndefined();
    expect(evidence[0]?.verdict).not.toBe('bad');
  });
});
