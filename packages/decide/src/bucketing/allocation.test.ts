import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBelow, positionOf, saltState, thresholdOf, unitHash } from './position.ts';
import { makeSplit, splitIndex } from './split.ts';

const units = (count: number) => Array.from({ length: count }, (_, i) => `user-${i * 7919}`);
const chooser = (weights: Record<string, number>, salt: string) => {
  const split = makeSplit(weights)!;
  const state = saltState(salt);
  return (unit: string) => split.variants[splitIndex(split, unitHash(state, unit))]!;
};
const choose = (weights: Record<string, number>, salt: string, unit: string) => chooser(weights, salt)(unit);

/** Weights as integers, at least one above 0; names in no order. */
const weightList = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'Z', 'v-1', 'v.2'), fc.integer({ min: 0, max: 100 }), {
    minKeys: 2,
  })
  .filter((weights) => Object.values(weights).some((weight) => weight > 0));
const salt = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => !text.includes(':'));

describe('shares', () => {
  test('growing a share moves nobody out', () => {
    fc.assert(
      fc.property(salt, fc.string({ minLength: 1 }), fc.nat(1e6), fc.nat(1e6), (text, unit, a, b) => {
        const hash = unitHash(saltState(text), unit);
        const [small, large] = a < b ? [a, b] : [b, a];
        if (isBelow(hash, thresholdOf(small))) expect(isBelow(hash, thresholdOf(large))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('a share admits its part of the units, within four standard errors', () => {
    const count = 200_000;
    for (const share of [1000, 10_000, 100_000, 500_000]) {
      const state = saltState(`flag/share-${share}`);
      const admitted = units(count).filter((unit) =>
        isBelow(unitHash(state, unit), thresholdOf(share)),
      ).length;
      const p = share / 1e6;
      expect(Math.abs(admitted - count * p)).toBeLessThan(4 * Math.sqrt(count * p * (1 - p)));
    }
  });

  test('positions fill 100 cells evenly (chi-square, 99 degrees of freedom)', () => {
    const counts = new Array<number>(100).fill(0);
    const state = saltState('submit-service/tenth');
    for (const unit of units(200_000)) counts[Math.floor(positionOf(unitHash(state, unit)) / 10_000)]! += 1;
    // The 99.9 % point of chi-square with 99 degrees of freedom is 148.23 (R: qchisq(0.999, 99)).
    expect(chiSquare(counts, new Array<number>(100).fill(2000))).toBeLessThan(148.23);
  });

  test('two salts choose independently (chi-square over 10 × 10 cells)', () => {
    const counts = new Array<number>(100).fill(0);
    const [one, two] = [saltState('flag-a/r'), saltState('flag-b/r')];
    for (const unit of units(200_000)) {
      const cell = (state: typeof one) => Math.floor(positionOf(unitHash(state, unit)) / 100_000);
      counts[cell(one) * 10 + cell(two)]! += 1;
    }
    expect(chiSquare(counts, new Array<number>(100).fill(2000))).toBeLessThan(148.23);
  });
});

describe('splits', () => {
  test('follow the weights (chi-square)', () => {
    const count = 200_000;
    const cases: [Record<string, number>, number][] = [
      // 99.9 % points of chi-square (R: qchisq).
      [{ a: 1, b: 1, c: 1, d: 1 }, 16.27],
      [{ a: 90, b: 10 }, 10.83],
      [{ a: 0.5, b: 33.25, c: 0.001, d: 66.249 }, 16.27],
    ];
    for (const [weights, limit] of cases) {
      const total = Object.values(weights).reduce((a, b) => a + b);
      const names = Object.keys(weights).sort();
      const counts = new Map(names.map((name) => [name, 0]));
      const chosen = chooser(weights, 'f/mix');
      for (const unit of units(count)) {
        const variant = chosen(unit);
        counts.set(variant, counts.get(variant)! + 1);
      }
      const expected = names.map((name) => (count * weights[name]!) / total);
      expect(chiSquare([...counts.values()], expected)).toBeLessThan(limit);
    }
  });

  test('nobody moves between variants whose weights stayed', () => {
    fc.assert(
      fc.property(
        weightList,
        weightList,
        salt,
        fc.string({ minLength: 1 }),
        (before, changes, text, unit) => {
          const after = { ...before, ...changes };
          const [from, to] = [choose(before, text, unit), choose(after, text, unit)];
          if (from !== to) {
            const stayed = (name: string) => (before[name] ?? 0) === (after[name] ?? 0);
            expect(stayed(from) && stayed(to)).toBe(false);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('scaling all weights moves nobody', () => {
    fc.assert(
      fc.property(
        weightList,
        fc.integer({ min: 2, max: 900 }),
        salt,
        fc.string(),
        (weights, k, text, unit) => {
          const scaled = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, w * k]));
          expect(choose(scaled, text, unit)).toBe(choose(weights, text, unit));
        },
      ),
    );
  });

  test('when one weight changes the fewest move; when several do at most 2δ/(1+δ)', () => {
    const population = units(50_000);
    const several = fc.record({
      before: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 6 }),
      seed: fc.integer({ min: 0, max: 1e9 }),
      one: fc.boolean(),
    });
    fc.assert(
      fc.property(several, ({ before, seed, one }) => {
        const after = before.map((weight, i) =>
          one && i > 0 ? weight : 1 + ((weight * 31 + seed * (i + 7)) % 100),
        );
        const [p, q] = [shares(before), shares(after)];
        // δ: the share that must move, half of what the shares differ.
        const delta = p.reduce((sum, share, i) => sum + Math.abs(share - q[i]!), 0) / 2;
        const [from, to] = [chooser(record(before), 's'), chooser(record(after), 's')];
        const moved = population.filter((unit) => from(unit) !== to(unit)).length;
        const bound = one ? delta : (2 * delta) / (1 + delta);
        const slack = 5 * Math.sqrt((bound * (1 - bound)) / population.length) + 1e-4;
        expect(moved / population.length).toBeLessThanOrEqual(bound + slack);
        expect(moved / population.length).toBeGreaterThanOrEqual(delta - slack);
      }),
      { numRuns: 40 },
    );
  });

  test('a weight too far from the others for exact doubles is still compared exactly', () => {
    const weights = { large: 1_000_000, small: 0.000001 };
    expect(makeSplit(weights)!.small).toBe(false);
    expect(new Set(units(2000).map((unit) => choose(weights, 's', unit)))).toEqual(new Set(['large']));
    // Both ways of comparing agree where both are exact.
    const split = makeSplit({ a: 30, b: 50, c: 20.5 })!;
    for (const unit of units(5000)) {
      const hash = unitHash(saltState('s'), unit);
      expect(splitIndex({ ...split, small: false }, hash)).toBe(splitIndex(split, hash));
    }
  });

  test('no weight above 0 is no split', () => {
    expect(makeSplit({ a: 0, b: 0 })).toBeUndefined();
    expect(makeSplit({})).toBeUndefined();
  });
});

function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0);
}

function shares(weights: readonly number[]): number[] {
  const total = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / total);
}

function record(weights: readonly number[]): Record<string, number> {
  return Object.fromEntries(weights.map((weight, i) => [`v${i}`, weight]));
}
