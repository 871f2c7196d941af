import type { Level } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import { total } from '../guards/rates.ts';
import { aheadOf } from './ahead.ts';
import type { ArmTally, Tally } from './tally.ts';

/** So many requests, of which every tenth fails, all in one sub-bucket. */
function arm(requests: number): ArmTally {
  const only = (count: number) => Array.from({ length: 64 }, (_, bucket) => (bucket === 7 ? count : 0));
  return {
    ended: only(requests),
    failures: only(requests / 10),
    slow: [],
    latencySum: only(0),
    units: 0,
  };
}

const level = (name: string, share: number, more: Partial<Level> = {}): Level => {
  return { name, share, dwell: '1m', ...more };
};

/** Requests of both arms before the climb, at a placement. */
function requestsAhead(
  ladder: readonly Level[],
  shares: readonly number[],
  ahead: Tally['ahead'],
  except: { readonly when: string; readonly share: number }[] = [],
) {
  const placement = { reached: shares.length, shares, epoch: shares.length, except };
  const found = aheadOf({ ladder }, placement, { ...(ahead && { ahead }), limits: [] });
  return found && { treatment: total(found.treatment.ended), control: total(found.control.ended) };
}

describe('what the arms of a step did before the climb', () => {
  // Breakpoints 0.1, 0.2, 0.4, 0.8.
  const some = level('some', 0.4, { steps: [{ share: 0.1, dwell: '1m' }] });
  const bands = { some: [arm(1_000), arm(1_100), arm(1_900), arm(4_100)] };

  test('is that of the positions below the share, and of as many above it, as much as treatment', () => {
    expect(requestsAhead([some], [0.1], bands)).toEqual({ treatment: 1_000, control: 1_000 });
    expect(requestsAhead([some], [0.4], bands)).toEqual({ treatment: 4_000, control: 4_000 });
  });

  test('leaves treatment and control their own rates', () => {
    const clean = { ...arm(1_100), failures: arm(0).failures };
    const placement = { reached: 1, shares: [0.1], epoch: 1 };
    const found = aheadOf({ ladder: [some] }, placement, {
      ahead: { some: [arm(1_000), clean] },
      limits: [],
    });
    expect(found?.treatment.failures[7]).toBe(100);
    expect(found?.control.failures[7]).toBe(0);
  });

  test('is that of the first level also at a later one that decides for the same users', () => {
    // Breakpoints 0.1, 0.2, 0.5, 1.
    const ladder = [level('tenth', 0.1), level('half', 0.5), level('full', 1)];
    const before = { tenth: [arm(100), arm(100), arm(300), arm(500)] };
    expect(requestsAhead(ladder, [0.1], before)).toEqual({ treatment: 100, control: 100 });
    expect(requestsAhead(ladder, [0.1, 0.5], before)).toEqual({ treatment: 500, control: 500 });
    expect(requestsAhead(ladder, [0.1, 0.5, 1], before)).toBeUndefined();
  });

  test('joins levels, and gives control the levels in the proportion that treatment has', () => {
    const region = level('region', 0.5, { when: 'region == "eu"' });
    const ladder = [region, level('beta', 0.5, { when: 'beta' }), level('tenth', 0.1)];
    const before = { region: [arm(800), arm(400)], tenth: [arm(100), arm(900)] };
    const placement = { reached: 3, shares: [0.5, 0.5, 0.1], epoch: 3 };
    const found = aheadOf({ ladder }, placement, { ahead: before, limits: [] });
    expect(total(found?.treatment.ended ?? [])).toBe(900);
    expect(total(found?.control.ended ?? [])).toBeCloseTo(900);
  });

  test('is not known where nobody was counted, on either side, or slices were taken back', () => {
    expect(requestsAhead([some], [0.1], undefined)).toBeUndefined();
    expect(requestsAhead([some], [0.1], {})).toBeUndefined();
    expect(requestsAhead([some], [0.1], { some: [undefined, arm(5)] })).toBeUndefined();
    expect(requestsAhead([some], [0.1], { some: [arm(5), arm(0)] })).toBeUndefined();
    expect(requestsAhead([some], [0.1], { gone: [arm(5), arm(5)] })).toBeUndefined();
    expect(requestsAhead([some], [0.1], bands, [{ when: 'beta', share: 0 }])).toBeUndefined();
  });
});
