import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spentBy } from './spending.ts';

describe('the budget of a step', () => {
  test('is spent to three quarters when the planned time is over, and half of the rest after as much again', () => {
    expect(spentBy(60_000, 60_000)).toBeCloseTo(0.75, 12);
    expect(spentBy(120_000, 60_000)).toBeCloseTo(0.875, 12);
    expect(spentBy(240_000, 60_000)).toBeCloseTo(0.9375, 12);
  });

  test('is spent faster soon after the step was entered', () => {
    expect(spentBy(6_000, 60_000)).toBeGreaterThan(0.25);
    expect(spentBy(0, 60_000)).toBe(0);
  });

  test('only grows, and never comes to more than it is', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (a, b) => {
          const [early, late] = [spentBy(Math.min(a, b), 60_000), spentBy(Math.max(a, b), 60_000)];
          expect(late).toBeGreaterThanOrEqual(early);
          expect(late).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
