import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spentBetween } from './spending.ts';

describe('the budget of a step', () => {
  test('is half spent when the planned time is over, and three quarters after as much again', () => {
    expect(spentBetween(0.01, 0, 60_000, 60_000)).toBeCloseTo(0.005, 12);
    expect(spentBetween(0.01, 0, 30_000, 60_000)).toBeCloseTo(0.0025, 12);
    expect(spentBetween(0.01, 0, 120_000, 60_000)).toBeCloseTo(0.0075, 12);
  });

  test('never adds up to more than it is, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e7 }), { maxLength: 50 }), (steps) => {
        let at = 0;
        let spent = 0;
        for (const step of steps) {
          const now = spentBetween(0.01, at, at + step, 60_000);
          expect(now).toBeGreaterThanOrEqual(-1e-15);
          spent += now;
          at += step;
        }
        expect(spent).toBeLessThan(0.01);
        expect(spent).toBeCloseTo(spentBetween(0.01, 0, at, 60_000), 12);
      }),
    );
  });
});
