import { describe, expect, test } from 'vitest';
import { acceptance, upper99 } from './acceptance.ts';
import { boundedStreams } from './bounded-streams.ts';
import { randomStream } from './random.ts';
import { ordinaryDay, simulateTraffic, type TrafficPlan } from './traffic.ts';

/** One hour instead of a day: the full figures come from bench/src/judge-acceptance.ts. */
const short: TrafficPlan = { ...ordinaryDay, seconds: 3600, units: 6000 };
const DAYS = 40;

describe('simulated traffic', () => {
  test('is sticky, heavy-tailed and reproducible', () => {
    const traffic = simulateTraffic(short, randomStream(5));
    expect(simulateTraffic(short, randomStream(5)).unit).toEqual(traffic.unit);
    expect(simulateTraffic(short, randomStream(6)).unit).not.toEqual(traffic.unit);
    const perUnit = new Float64Array(short.units);
    for (const unit of traffic.unit) perUnit[unit] = (perUnit[unit] ?? 0) + 1;
    const mean = traffic.unit.length / short.units;
    const variance = perUnit.reduce((sum, n) => sum + (n - mean) ** 2, 0) / short.units;
    expect(mean).toBeGreaterThan(0.95 * (1 + short.requestsPerUnit));
    // A Poisson crowd would have a variance equal to its mean.
    expect(variance).toBeGreaterThan(4 * mean);
  });

  test('has failures that depend on who sends', () => {
    const traffic = simulateTraffic(short, randomStream(7));
    const failures = new Float64Array(short.units);
    traffic.unit.forEach((unit, i) => {
      failures[unit] = (failures[unit] ?? 0) + (traffic.failed[i] ?? 0);
    });
    const worst = [...failures].sort((a, b) => b - a);
    const total = worst.reduce((sum, n) => sum + n, 0);
    const worstPart = worst.slice(0, Math.round(0.02 * short.units)).reduce((sum, n) => sum + n, 0);
    expect(worstPart / total).toBeGreaterThan(0.5);
  });

  test('draws counts with the mean and variance of a Poisson', () => {
    for (const mean of [0.3, 12, 80, 900]) {
      const random = randomStream(11);
      const draws = Array.from({ length: 20_000 }, () => random.poisson(mean));
      const average = draws.reduce((sum, n) => sum + n, 0) / draws.length;
      const variance = draws.reduce((sum, n) => sum + (n - average) ** 2, 0) / draws.length;
      expect(Math.abs(average / mean - 1)).toBeLessThan(0.03);
      expect(Math.abs(variance / mean - 1)).toBeLessThan(0.06);
    }
  });
});

describe('methods that claim to hold their level', () => {
  const calm = acceptance(short, { days: DAYS, alpha: 0.05, firstSeed: 1000 });

  for (const row of calm.filter(({ claim }) => claim !== 'none')) {
    test(`${row.method}: calls identical arms different in no more than 5 % of days`, () => {
      // Eight of forty days or more would happen once in a thousand suites at a true 5 %.
      expect(row.rejections).toBeLessThan(8);
    });
  }

  test('replace tests that cry wolf', () => {
    const share = (method: string) => calm.find((row) => row.method === method)!.share;
    expect(share('naive: request-level test every second')).toBeGreaterThan(0.5);
    expect(share('naive: fixed test at 20 looks')).toBeGreaterThan(0.1);
  });

  test('find a version that fails five more requests in a hundred', () => {
    const rows = acceptance({ ...short, harm: 0.05 }, { days: 10, alpha: 0.05, firstSeed: 2000 });
    for (const row of rows.filter(
      ({ method, claim }) => claim === 'every second' && method !== 'sequential SRM',
    )) {
      expect([row.method, row.rejections]).toEqual([row.method, 10]);
    }
  });
});

describe('exact confidence sequences', () => {
  test('leave out the truth in no more than 5 % of streams, looked at after every observation', () => {
    for (const row of boundedStreams({ streams: 60, observations: 400, alpha: 0.05, firstSeed: 300 })) {
      expect([row.method, row.missed < 10]).toEqual([row.method, true]);
    }
  });
});

describe('the bound printed beside a share', () => {
  test('is exact', () => {
    // 0 of n: 1 − 0.01^(1/n).
    expect(upper99(0, 100)).toBeCloseTo(1 - 0.01 ** (1 / 100), 12);
    expect(upper99(100, 100)).toBe(1);
  });
});
