import { describe, expect, test } from 'vitest';
import { accepted } from '../accepted.suite.ts';
import { advanceRateEProcess, type RateNull, rateEProcessStart } from './rate-e-process.ts';
import { rateLogEvidence, rateSequence } from './rate-sequence.ts';

function advance(
  state: typeof rateEProcessStart,
  t: [number, number],
  c: [number, number],
  rateNull: RateNull,
) {
  const next = advanceRateEProcess(
    state,
    { treatment: { events: t[0], trials: t[1] }, control: { events: c[0], trials: c[1] } },
    rateNull,
    1,
  );
  if (next.refused) throw new Error(next.missing);
  return next;
}

describe('the e-process for two rates', () => {
  const learned = advance(rateEProcessStart, [6, 20], [1, 20], { kind: 'equal' }).state;

  /** Exact expectation of the next factor, by enumeration of all outcomes of a block. */
  function expectation(treated: number, controlled: number, pt: number, pc: number, rateNull: RateNull) {
    const mass = (n: number, k: number, p: number) => {
      let choose = 1;
      for (let i = 0; i < k; i++) choose = (choose * (n - i)) / (i + 1);
      return choose * p ** k * (1 - p) ** (n - k);
    };
    let total = 0;
    for (let x = 0; x <= treated; x++) {
      for (let y = 0; y <= controlled; y++) {
        const next = advance(learned, [x, treated], [y, controlled], rateNull);
        total +=
          mass(treated, x, pt) * mass(controlled, y, pc) * Math.exp(next.logEvidence - learned.logEvidence);
      }
    }
    return total;
  }

  test('has expectation at most one at every point of the null', () => {
    for (const [treated, controlled] of [
      [1, 1],
      [3, 1],
      [2, 5],
    ] as const) {
      for (const p of [0.001, 0.05, 0.3, 0.9]) {
        expect(expectation(treated, controlled, p, p, { kind: 'equal' })).toBeLessThanOrEqual(1 + 1e-12);
        for (const gap of [0, 0.02, 0.1]) {
          const below = Math.max(0, p - gap);
          expect(
            expectation(treated, controlled, below, p, { kind: 'at-most', margin: 0 }),
          ).toBeLessThanOrEqual(1 + 1e-12);
          const shifted = Math.min(1, p + 0.1 - gap);
          expect(
            expectation(treated, controlled, shifted, p, { kind: 'at-most', margin: 0.1 }),
          ).toBeLessThanOrEqual(1 + 1e-9);
        }
      }
    }
  });

  test('waits until both arms have a block, whatever comes first', () => {
    const counts = (treated: number, controlled: number) => ({
      treatment: { events: treated, trials: treated },
      control: { events: 0, trials: controlled },
    });
    const first = accepted(advanceRateEProcess(learned, counts(9, 2), { kind: 'equal' }));
    expect(first.logEvidence).toBe(learned.logEvidence);
    const second = accepted(advanceRateEProcess(first.state, counts(0, 3), { kind: 'equal' }));
    const atOnce = accepted(advanceRateEProcess(learned, counts(9, 5), { kind: 'equal' }));
    expect(second.state).toEqual(atOnce.state);
    expect(second.logEvidence).toBeGreaterThan(learned.logEvidence);
  });

  test('grows where the null is wrong', () => {
    expect(expectation(3, 3, 0.4, 0.05, { kind: 'equal' })).toBeGreaterThan(1.1);
  });

  test('sees a gross fault within a few dozen requests', () => {
    let state = rateEProcessStart;
    let requests = 0;
    while (state.peakLogEvidence < Math.log(100) && requests < 1000) {
      requests += 10;
      state = advance(state, [3, 10], [0, 10], { kind: 'at-most', margin: 0.02 }).state;
    }
    expect(requests).toBeLessThan(80);
  });

  test('refuses more events than trials', () => {
    const batch = { treatment: { events: 3, trials: 2 }, control: { events: 0, trials: 1 } };
    expect(advanceRateEProcess(rateEProcessStart, batch, { kind: 'equal' }).refused).toBe('INPUT_INVALID');
  });
});

describe('the confidence sequence for one rate', () => {
  test('ends where the evidence reaches one over alpha', () => {
    const counts = { events: 7, trials: 400 };
    const got = rateSequence(counts, 0.05);
    if (got.refused) throw new Error(got.missing);
    expect(rateLogEvidence(counts, got.low)).toBeCloseTo(Math.log(20), 6);
    expect(rateLogEvidence(counts, got.high)).toBeCloseTo(Math.log(20), 6);
    expect(got.low).toBeLessThan(got.rate);
  });

  test('reaches to the end of the range where nothing or everything happened', () => {
    expect(accepted(rateSequence({ events: 0, trials: 50 }, 0.05)).low).toBe(0);
    expect(accepted(rateSequence({ events: 50, trials: 50 }, 0.05)).high).toBe(1);
    expect(rateSequence({ events: 0, trials: 0 }, 0.05).refused).toBe('ARM_EMPTY');
  });
});
