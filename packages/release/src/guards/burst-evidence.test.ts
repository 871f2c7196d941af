import { describe, expect, test } from 'vitest';
import { burstTest, usualRate } from './burst-evidence.ts';

/** Two requests in each of 50 sub-buckets, of which so many have a failure. */
const counts = (failing: number, failures = 1) => ({
  events: Array.from({ length: 64 }, (_, bucket) => (bucket < failing ? failures : 0)),
  trials: Array.from({ length: 64 }, (_, bucket) => (bucket < 50 ? 2 : 0)),
});
const whole = {
  events: Array.from({ length: 64 }, (_, bucket) => (bucket % 2 === 0 ? 1 : 0)),
  trials: Array.from({ length: 64 }, () => 100),
};
const none = { events: [], trials: [] };
const usual = usualRate(whole, none, 1);
const evidence = (treated: number, compared: number, failures = 1) =>
  burstTest(usual)({ treatment: counts(treated, failures), control: counts(compared), margin: 0, needed: 0 });

describe('the evidence of a burst', () => {
  test('is past any budget of a second when thirty of a hundred requests begin to fail', () => {
    expect(usual.rate).toBeCloseTo(0.005, 3);
    expect(evidence(25, 0)).toBeGreaterThan(20);
  });

  test('is little for a few, and none where control fails alike', () => {
    expect(evidence(3, 0)).toBeLessThan(6);
    expect(evidence(25, 25)).toBeLessThan(3);
    expect(evidence(10, 12)).toBe(0);
  });

  test('grows no further when the same clients fail more often', () => {
    expect(evidence(4, 0, 2)).toBe(evidence(4, 0, 1));
  });

  test('has an expectation of about one under the null, at what is usual', () => {
    // Binomial counts of failing sub-buckets in both arms: 50 of 2 requests at 0.5 %. What falls short of a burst counts as nothing.
    const share = 1 - 0.995 ** 2;
    const probability: number[] = [];
    for (let k = 0, p = (1 - share) ** 50; k <= 50; p *= ((50 - k) / (k + 1)) * (share / (1 - share)), k++)
      probability.push(p);
    let mean = 0;
    for (let t = 3; t <= 12; t++) {
      for (let c = 0; c < t; c++) mean += probability[t]! * probability[c]! * Math.exp(evidence(t, c));
    }
    // e² of it is the overshoot that is taken off what is needed.
    expect(mean / Math.E ** 2).toBeLessThan(1);
  });
});
