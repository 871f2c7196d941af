import { describe, expect, test } from 'vitest';
import { accepted } from '../accepted.suite.ts';
import { spentAlpha } from './alpha-spending.ts';
import {
  advanceSpending,
  classicalBounds,
  crossingProbability,
  spendingBounds,
  spendingStart,
} from './group-sequential.ts';

describe('group sequential bounds', () => {
  test('equal the constants printed in textbooks', () => {
    // Jennison & Turnbull, Group Sequential Methods (1999), tables 2.1 and 2.3: two-sided, 5 %.
    const pocock: Record<number, number> = { 2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413, 10: 2.555 };
    const fleming: Record<number, number> = { 2: 1.977, 3: 2.004, 4: 2.024, 5: 2.04, 10: 2.087 };
    for (const looks of [2, 3, 4, 5, 10]) {
      expect(classicalBounds('pocock', looks, 0.05).constant).toBeCloseTo(pocock[looks]!, 3);
      expect(classicalBounds('obrien-fleming', looks, 0.05).constant).toBeCloseTo(fleming[looks]!, 3);
    }
  });

  test('spend exactly the whole budget by the last look, on one side or two', () => {
    for (const sides of [1, 2] as const) {
      for (const kind of ['pocock', 'obrien-fleming'] as const) {
        const fractions = [0.13, 0.4, 0.41, 0.9, 1];
        const plan = accepted(spendingBounds(fractions, { kind, alpha: 0.02, sides }));
        expect(crossingProbability(fractions, plan.bounds, sides)).toBeCloseTo(0.02, 9);
      }
    }
  });

  test('look by look are the same as planned at once', () => {
    const spending = { kind: 'pocock', alpha: 0.05, sides: 2 } as const;
    const plan = accepted(spendingBounds([0.2, 0.7, 1], spending));
    let state = spendingStart;
    for (const fraction of [0.2, 0.7, 1]) {
      const next = accepted(advanceSpending(state, fraction, spending));
      state = next.state;
    }
    expect(state.bounds).toEqual(plan.bounds);
  });

  test('a look without new information is refused', () => {
    const spending = { kind: 'pocock', alpha: 0.05, sides: 2 } as const;
    const first = accepted(advanceSpending(spendingStart, 0.5, spending));
    expect(advanceSpending(first.state, 0.5, spending).refused).toBe('INPUT_INVALID');
  });

  test('after the plan has ended no error is left', () => {
    const spending = { kind: 'obrien-fleming', alpha: 0.05, sides: 2 } as const;
    const plan = accepted(spendingBounds([0.5, 1], spending));
    const after = accepted(advanceSpending({ fractions: [0.5, 1], bounds: plan.bounds }, 1.5, spending));
    expect(after.bound).toBe(Number.POSITIVE_INFINITY);
    expect(JSON.parse(JSON.stringify(after.state))).toEqual(after.state);
    expect(spentAlpha(spending, 2)).toBe(0.05);
  });
});
