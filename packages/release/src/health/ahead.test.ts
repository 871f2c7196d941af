import type { Level } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import { total } from '../guards/rates.ts';
import { aheadOf } from './ahead.ts';
import type { ArmTally, BandTally, Tally } from './tally.ts';

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

/** Bands of a level that end there, with so many requests each. */
function bandsAhead(
  level: string,
  bands: readonly (readonly [end: number, requests: number])[],
): BandTally[] {
  const edge = (end = 0) => Math.round(end * 1_000_000);
  return bands.map(([end, requests], k) => {
    return { level, from: edge(bands[k - 1]?.[0]), below: edge(end), counts: arm(requests) };
  });
}

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
  const some = level('some', 0.4, { steps: [{ share: 0.1, dwell: '1m' }] });
  const bands = bandsAhead('some', [
    [0.1, 1_000],
    [0.2, 1_100],
    [0.4, 1_900],
    [0.8, 4_100],
  ]);

  test('is that of the positions below the share, and of as many above it, as much as treatment', () => {
    expect(requestsAhead([some], [0.1], bands)).toEqual({ treatment: 1_000, control: 1_000 });
    expect(requestsAhead([some], [0.4], bands)).toEqual({ treatment: 4_000, control: 4_000 });
  });

  test('leaves treatment and control their own rates', () => {
    const clean = bands.map((band) =>
      band.from === 0 ? band : { ...band, counts: { ...band.counts, failures: [] } },
    );
    const found = aheadOf(
      { ladder: [some] },
      { reached: 1, shares: [0.1], epoch: 1 },
      { ahead: clean, limits: [] },
    );
    expect([total(found!.treatment.failures), total(found!.control.failures)]).toEqual([100, 0]);
  });

  test('is that of the first level also at a later one that decides for the same users', () => {
    const ladder = [level('tenth', 0.1), level('half', 0.5), level('full', 1)];
    const before = bandsAhead('tenth', [
      [0.1, 100],
      [0.2, 100],
      [0.5, 300],
      [1, 500],
    ]);
    expect(requestsAhead(ladder, [0.1], before)).toEqual({ treatment: 100, control: 100 });
    expect(requestsAhead(ladder, [0.1, 0.5], before)).toEqual({ treatment: 500, control: 500 });
    expect(requestsAhead(ladder, [0.1, 0.5, 1], before)).toBeUndefined();
  });

  test('joins levels, and gives control the levels in the proportion that treatment has', () => {
    const region = level('region', 0.5, { when: 'region == "eu"' });
    const ladder = [region, level('beta', 0.5, { when: 'beta' }), level('tenth', 0.1)];
    const before = [
      ...bandsAhead('region', [
        [0.5, 800],
        [1, 400],
      ]),
      ...bandsAhead('tenth', [
        [0.1, 100],
        [0.2, 900],
      ]),
    ];
    const { treatment, control } = requestsAhead(ladder, [0.5, 0.5, 0.1], before)!;
    expect(treatment).toBe(900);
    expect(control).toBeCloseTo(900);
  });

  test('leaves out a band that an older ladder drew across both arms', () => {
    expect(requestsAhead([level('some', 0.15)], [0.15], bands)).toBeUndefined();
    expect(requestsAhead([level('some', 0.3)], [0.3], bands)).toBeUndefined();
  });

  test('is not known where nobody was counted, on either side, or slices were taken back', () => {
    expect(requestsAhead([some], [0.1], undefined)).toBeUndefined();
    expect(requestsAhead([some], [0.1], [])).toBeUndefined();
    expect(requestsAhead([some], [0.1], bands.slice(1))).toBeUndefined();
    expect(requestsAhead([some], [0.1], bands.slice(0, 1))).toBeUndefined();
    expect(requestsAhead([level('other', 0.1)], [0.1], bands)).toBeUndefined();
    expect(requestsAhead([some], [0.1], bands, [{ when: 'beta', share: 0 }])).toBeUndefined();
  });
});
