import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundedEvidence, fractions } from './bounded-evidence.ts';

describe('evidence that a bounded mean is above a limit', () => {
  test('has an expectation of at most one at the limit, for any two outcomes', () => {
    // Two observations, each 0 or `high`, with mean exactly at the limit: all four outcomes by their probability. An outcome without
    // evidence is reported as 1, which rejects nothing, and is left out.
    fc.assert(
      fc.property(
        fc.double({ min: 0.005, max: 0.5, noNaN: true }),
        fc.double({ min: 0.5, max: 1, noNaN: true }),
        (limit, high) => {
          const p = limit / high;
          const value = (...observations: number[]) => {
            const log = boundedEvidence(observations, limit);
            return log > 0 ? Math.exp(log) : 0;
          };
          const one = value(high, 0);
          const mean = p * p * value(high, high) + 2 * p * (1 - p) * one + (1 - p) * (1 - p) * value(0, 0);
          expect(mean).toBeLessThanOrEqual(1 + 1e-12);
        },
      ),
    );
  });

  test('cannot be carried by one observation, however bad', () => {
    const clean = Array.from({ length: 20 }, () => 0);
    expect(boundedEvidence([1, ...clean], 0.02)).toBeLessThan(3);
    expect(boundedEvidence([1, 1, 1, 1, 1, 1, ...clean], 0.02)).toBeGreaterThan(8);
  });

  test('is nothing at or below the limit', () => {
    expect(boundedEvidence([0.01, 0.03], 0.02)).toBe(0);
    expect(boundedEvidence([], 0.02)).toBe(Number.NEGATIVE_INFINITY);
  });

  test('reads sub-buckets with requests only', () => {
    expect(fractions([1, 0, 3], [2, 0, 3])).toEqual([0.5, 1]);
  });
});
