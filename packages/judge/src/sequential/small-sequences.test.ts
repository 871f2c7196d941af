import { describe, expect, test } from 'vitest';
import { accepted } from '../accepted.suite.ts';
import { advanceBetting, evenCandidates, startBetting } from './betting-sequence.ts';
import { eBenjaminiHochberg } from './e-bh.ts';
import { advanceSequentialSrm, startSequentialSrm } from './sequential-srm.ts';

describe('e-BH', () => {
  test('rejects the largest k e-values that are at least m / (k alpha)', () => {
    // Worked by hand: m = 4, alpha 0.1; thresholds 40, 20, 13.3, 10.
    const logs = [5, 45, 15, 21].map(Math.log);
    expect(eBenjaminiHochberg(logs, 0.1)).toEqual([1, 2, 3]);
    expect(eBenjaminiHochberg([39, 5, 5, 5].map(Math.log), 0.1)).toEqual([]);
    expect(eBenjaminiHochberg([10, 10, 10, 10].map(Math.log), 0.1)).toEqual([0, 1, 2, 3]);
    expect(eBenjaminiHochberg([], 0.1)).toEqual([]);
  });
});

describe('the betting confidence sequence', () => {
  const options = { alpha: 0.05, candidates: evenCandidates(0, 1, 500) };

  test('closes in on the mean and remembers what it ruled out', () => {
    let state = startBetting(options);
    let width = 1;
    for (let i = 0; i < 20; i++) {
      const next = advanceBetting(
        state,
        Array.from({ length: 100 }, (_, k) => ((k * 7 + i) % 10) / 9),
        options,
      );
      if (next.refused) throw new Error(next.missing);
      state = next.state;
      expect(next.high - next.low).toBeLessThanOrEqual(width);
      width = next.high - next.low;
      expect(next.low).toBeLessThan(0.5);
      expect(next.high).toBeGreaterThan(0.5);
    }
    expect(width).toBeLessThan(0.1);
  });

  test('refuses what is outside its bounds', () => {
    expect(advanceBetting(startBetting(options), [1.2], options).refused).toBe('INPUT_INVALID');
  });
});

describe('sequential SRM', () => {
  test('finds a broken split and keeps the finding', () => {
    let state = startSequentialSrm(2);
    let p = 1;
    for (const counts of [
      [600, 400],
      [500, 500],
      [500, 500],
    ]) {
      const next = advanceSequentialSrm(state, counts, { weights: [1, 1] });
      if (next.refused) throw new Error(next.missing);
      expect(next.p).toBeLessThanOrEqual(p);
      ({ state, p } = next);
    }
    expect(p).toBeLessThan(1e-4);
  });

  test('leaves an arm of weight zero out, and refuses units in it', () => {
    const weights = [1, 1, 0];
    const fine = accepted(advanceSequentialSrm(startSequentialSrm(3), [500, 510, 0], { weights }));
    const two = accepted(advanceSequentialSrm(startSequentialSrm(2), [500, 510], { weights: [1, 1] }));
    expect(fine.logEvidence).toBeCloseTo(two.logEvidence, 12);
    expect(advanceSequentialSrm(startSequentialSrm(3), [5, 5, 1], { weights }).refused).toBe(
      'ZERO_WEIGHT_ARM_USED',
    );
  });
});
