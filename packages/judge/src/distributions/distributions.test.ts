import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { betaCdf, betaQuantile, betaUpper } from './beta.ts';
import { chiSquareCdf, chiSquareLogUpper, chiSquareQuantile, chiSquareUpper } from './chi-square.ts';
import { fCdf, fLogUpper, fQuantile, fUpper } from './f.ts';
import { logBeta, logChoose, logGamma } from './log-gamma.ts';
import { normalCdf, normalLogUpper, normalQuantile, normalUpper, normalUpperQuantile } from './normal.ts';
import { studentTCdf, studentTLogUpper, studentTQuantile, studentTUpper } from './student-t.ts';

type Point = { dist: string; fn: string; params: number[]; x: number; truth: string };
type Distribution = {
  cdf: (x: number, a: number, b: number) => number;
  sf: (x: number, a: number, b: number) => number;
  quantile: (p: number, a: number, b: number) => number;
  logTail: (x: number, a: number, b: number) => number;
};

const path = new URL('../../../../../shared/dist_tails.json', import.meta.url);
const present = existsSync(path);

const distributions: Record<string, Distribution> = {
  normal: { cdf: normalCdf, sf: normalUpper, quantile: normalQuantile, logTail: (x) => normalLogUpper(-x) },
  t: {
    cdf: studentTCdf,
    sf: studentTUpper,
    quantile: studentTQuantile,
    logTail: (x, df) => studentTLogUpper(-x, df),
  },
  chi2: { cdf: chiSquareCdf, sf: chiSquareUpper, quantile: chiSquareQuantile, logTail: chiSquareLogUpper },
  F: { cdf: fCdf, sf: fUpper, quantile: fQuantile, logTail: fLogUpper },
  beta: { cdf: betaCdf, sf: betaUpper, quantile: betaQuantile, logTail: () => Number.NaN },
};

/** ln of a decimal that may lie below the smallest double. */
function logOfDecimal(decimal: string): number {
  const [mantissa, exponent] = decimal.split('e');
  return Math.log(Number(mantissa)) + Number(exponent ?? 0) * Math.LN10;
}

describe.skipIf(!present)('the shared tail points (skipped where ../shared is absent)', () => {
  const points: Point[] = present ? JSON.parse(readFileSync(path, 'utf8')).cases : [];

  test('are the whole published set', () => {
    expect(points.length).toBe(146);
  });

  for (const point of points) {
    const { dist, fn, params, x, truth } = point;
    test(`${dist}(${params.join(', ')}) ${fn} at ${x} within 1e-9`, () => {
      const distribution = distributions[dist]!;
      const [a = Number.NaN, b = Number.NaN] = params;
      const want = Number(truth);
      if (want === 0) {
        expect(Math.abs(distribution.logTail(x, a, b) - logOfDecimal(truth))).toBeLessThan(1e-9);
        return;
      }
      const got = distribution[fn as 'cdf' | 'sf' | 'quantile'](x, a, b);
      expect(Math.abs(got / want - 1)).toBeLessThan(1e-9);
    });
  }
});

describe('distributions', () => {
  const probability = fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true });
  const shape = fc.double({ min: 0.3, max: 3000, noNaN: true });

  test('a quantile is undone by its cdf', () => {
    fc.assert(
      fc.property(probability, shape, shape, (p, a, b) => {
        const same = (got: number) => expect(Math.abs(got / p - 1)).toBeLessThan(1e-9);
        same(normalCdf(normalQuantile(p)));
        same(studentTCdf(studentTQuantile(p, a), a));
        same(chiSquareCdf(chiSquareQuantile(p, a), a));
        same(fCdf(fQuantile(p, a, b), a, b));
      }),
    );
  });

  test('the two tails add up to one', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 50, noNaN: true }), shape, shape, (x, a, b) => {
        const one = (lower: number, upper: number) => expect(lower + upper).toBeCloseTo(1, 12);
        one(normalCdf(x), normalUpper(x));
        one(studentTCdf(x, a), studentTUpper(x, a));
        one(chiSquareCdf(x, a), chiSquareUpper(x, a));
        one(fCdf(x, a, b), fUpper(x, a, b));
        one(betaCdf(x / 51, a, b), betaUpper(x / 51, a, b));
      }),
    );
  });

  test('logarithms reach where probabilities underflow', () => {
    // Leading term of the asymptotic series: −z²/2 − ln(z √2π) − 1/z².
    const z = 1e6;
    expect(normalUpper(z)).toBe(0);
    expect(normalLogUpper(z)).toBeCloseTo(-0.5 * z * z - Math.log(z * Math.sqrt(2 * Math.PI)), 3);
  });

  test('upper quantiles keep digits that 1 − q would lose', () => {
    expect(normalUpperQuantile(1e-300)).toBeCloseTo(37.0470962993612, 12);
  });

  test('gamma, beta and binomial logarithms equal known values', () => {
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 14);
    expect(logGamma(171)).toBeCloseTo(706.5730622457875, 11);
    expect(logGamma(1e-10)).toBeCloseTo(23.02585092988273, 12);
    expect(logBeta(2, 3)).toBeCloseTo(-Math.log(12), 14);
    expect(logChoose(52, 5)).toBeCloseTo(Math.log(2_598_960), 12);
  });

  test('parameters outside their range are refused', () => {
    expect(() => normalQuantile(1.5)).toThrow(RangeError);
    expect(() => studentTCdf(1, 0)).toThrow(RangeError);
    expect(() => betaCdf(0.5, -1, 1)).toThrow(RangeError);
  });
});
