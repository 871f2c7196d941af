import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asymptoticSequence } from './asymptotic-sequence.ts';
import { advanceMsprt, msprtStart } from './msprt.ts';
import { mixtureHalfWidth, mixtureLogEvidence, tunedTau } from './normal-mixture.ts';

const positive = fc.double({ min: 1e-4, max: 1e4, noNaN: true });
const alpha = fc.double({ min: 1e-6, max: 0.4, noNaN: true });

describe('the normal mixture', () => {
  test('puts its boundary exactly where the evidence reaches one over alpha', () => {
    fc.assert(
      fc.property(positive, positive, alpha, fc.constantFrom('both', 'above', 'below'), (v, tau, a, side) => {
        const width = mixtureHalfWidth(v, tau, a, side);
        const toward = side === 'below' ? -width : width;
        expect(mixtureLogEvidence(toward, v, tau, 0, side)).toBeCloseTo(-Math.log(a), 8);
      }),
    );
  });

  test('is an average over alternatives: expected evidence under the null is one', () => {
    // ∫ e(x) φ(x) dx by a plain Riemann sum; one-sided and two-sided.
    for (const side of ['both', 'above'] as const) {
      let total = 0;
      for (let x = -40; x < 40; x += 0.001) {
        total += 0.001 * Math.exp(mixtureLogEvidence(x, 1, 0.7, 0, side) - (x * x) / 2) * 0.3989422804014327;
      }
      expect(total).toBeCloseTo(1, 6);
    }
  });

  test('asked for one side only, needs less distance on that side', () => {
    expect(mixtureHalfWidth(1, 1, 0.05, 'above')).toBeLessThan(mixtureHalfWidth(1, 1, 0.05));
    expect(mixtureLogEvidence(-3, 1, 1, 0, 'above')).toBeLessThan(0);
  });

  test('is tightest about where it was tuned to be', () => {
    const tau = tunedTau(0.05, 0.01);
    const relative = (variance: number, t: number) =>
      mixtureHalfWidth(variance, t, 0.05) / Math.sqrt(variance);
    expect(relative(0.01, tau)).toBeLessThan(relative(0.01, tau * 1.5));
    expect(relative(0.01, tau)).toBeLessThan(relative(0.01, tau / 1.5));
  });

  test('gives the p-value of the strongest look, which never grows back', () => {
    const first = advanceMsprt(msprtStart, { estimate: 4, variance: 1 }, { tau: 1, alpha: 0.05 });
    const second = advanceMsprt(first.state, { estimate: 0, variance: 0.5 }, { tau: 1, alpha: 0.05 });
    expect(first.look.p).toBeLessThan(0.2);
    expect(second.look.p).toBe(first.look.p);
    expect(second.look.logEvidence).toBeLessThan(0);
  });

  test('asymptotic sequences shrink with more observations', () => {
    const early = asymptoticSequence({ estimate: 0, variance: 1 / 100, count: 100 }, 0.05, 1000);
    const late = asymptoticSequence({ estimate: 0, variance: 1 / 10_000, count: 10_000 }, 0.05, 1000);
    expect(late.halfWidth).toBeLessThan(early.halfWidth);
  });
});
