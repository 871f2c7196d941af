import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crossMomentsOf, mergeCrossMoments } from './cross-moments.ts';
import {
  mergeMoments,
  momentsOf,
  momentsOfProportion,
  momentsOfSums,
  noMoments,
  varianceOf,
} from './moments.ts';
import { quantileOf } from './quantile.ts';
import { winsorise } from './winsorise.ts';

const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { maxLength: 30 });

describe('moments', () => {
  test('merged are those of the whole, wherever the cut is', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const merged = mergeMoments(momentsOf(a), momentsOf(b));
        const whole = momentsOf([...a, ...b]);
        expect(merged.n).toBe(whole.n);
        expect(merged.mean).toBeCloseTo(whole.mean, 8);
        expect(merged.m2 / (1 + whole.m2)).toBeCloseTo(whole.m2 / (1 + whole.m2), 8);
      }),
    );
  });

  test('keep the variance of small differences around a mean of 1e9', () => {
    const shifted = Array.from({ length: 1000 }, (_, i) => 1e9 + (i % 3));
    const plain = Array.from({ length: 1000 }, (_, i) => i % 3);
    expect(varianceOf(momentsOf(shifted)) / varianceOf(momentsOf(plain))).toBeCloseTo(1, 12);
    const halves = mergeMoments(momentsOf(shifted.slice(0, 313)), momentsOf(shifted.slice(313)));
    expect(varianceOf(halves) / varianceOf(momentsOf(plain))).toBeCloseTo(1, 9);
  });

  test('of a proportion equal those of its zeros and ones', () => {
    const ones = [...Array.from({ length: 7 }, () => 1), ...Array.from({ length: 13 }, () => 0)];
    expect(momentsOfProportion(7, 20).m2).toBeCloseTo(momentsOf(ones).m2, 12);
    expect(momentsOfSums(20, 7, 7).m2).toBeCloseTo(momentsOf(ones).m2, 12);
    expect(momentsOf([])).toEqual(noMoments);
  });
});

describe('cross moments', () => {
  test('merged are those of the whole, means of 1e9 included', () => {
    const x = Array.from({ length: 60 }, (_, i) => 1e9 + Math.sin(i));
    const y = Array.from({ length: 60 }, (_, i) => 3 * Math.sin(i) + Math.cos(3 * i));
    const merged = mergeCrossMoments(
      crossMomentsOf([x.slice(0, 17), y.slice(0, 17)]),
      crossMomentsOf([x.slice(17), y.slice(17)]),
    );
    const whole = crossMomentsOf([x.map((value) => value - 1e9), y]);
    expect(merged.products[0]![1]! / whole.products[0]![1]!).toBeCloseTo(1, 6);
    expect(merged.products[1]![0]).toBe(merged.products[0]![1]);
    expect(merged.n).toBe(60);
  });
});

describe('quantiles', () => {
  test('interpolate as R does by default', () => {
    // quantile(c(1, 3, 4, 9, 20), c(0.1, 0.5, 0.99)) in R.
    expect(quantileOf([9, 1, 20, 3, 4], 0.1)).toBeCloseTo(1.8, 12);
    expect(quantileOf([9, 1, 20, 3, 4], 0.5)).toBe(4);
    expect(quantileOf([9, 1, 20, 3, 4], 0.99)).toBeCloseTo(19.56, 12);
    expect(quantileOf([], 0.5)).toBeNaN();
  });

  test('winsorising lowers what is above the pooled cap and counts it', () => {
    const pooled = Array.from({ length: 101 }, (_, i) => i);
    const result = winsorise([5, 99, 100, 1000], 0.98, pooled);
    expect(result.cap).toBe(98);
    expect([...result.values]).toEqual([5, 98, 98, 98]);
    expect(result.changed).toBe(3);
  });
});
