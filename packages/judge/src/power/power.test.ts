import { describe, expect, test } from 'vitest';
import { accepted } from '../accepted.suite.ts';
import { noncentralTUpper } from '../distributions/noncentral-t.ts';
import { normalCdf } from '../distributions/normal.ts';
import { studentTUpper } from '../distributions/student-t.ts';
import {
  arcsinePower,
  arcsineSampleSize,
  cohenH,
  detectableMean,
  detectableProportion,
  meanPower,
  meanSampleSize,
  normalSampleSize,
  proportionPower,
  proportionSampleSize,
} from './power.ts';

const target = { alpha: 0.05, power: 0.9 };

describe('sample sizes', () => {
  test('give back the power they were asked for', () => {
    const n = accepted(proportionSampleSize(0.05, 0.06, target)).perArm;
    expect(proportionPower(0.05, 0.06, n, 0.05)).toBeCloseTo(0.9, 10);
    const m = accepted(meanSampleSize(0.4, 1.3, target)).perArm;
    expect(meanPower(0.4, 1.3, m, 0.05)).toBeCloseTo(0.9, 9);
    const h = cohenH(0.06, 0.05);
    const k = accepted(arcsineSampleSize(h, target, 8000)).n;
    expect(arcsinePower(h, 8000, k, 0.05)).toBeCloseTo(0.9, 9);
  });

  test('and the effects they can see are inverse to each other', () => {
    const { p2 } = accepted(detectableProportion(0.05, 5000, target));
    expect(accepted(proportionSampleSize(0.05, p2, target)).perArm).toBeCloseTo(5000, 4);
    const { delta } = accepted(detectableMean(2, 150, target));
    expect(accepted(meanSampleSize(delta, 2, target)).perArm).toBeCloseTo(150, 4);
  });

  test('of a mean approach the normal formula for many units', () => {
    const exact = accepted(meanSampleSize(0.01, 1, target)).perArm;
    expect(exact / accepted(normalSampleSize(0.01, 1, target)).perArm).toBeCloseTo(1, 4);
  });

  test('say when no number of units is enough', () => {
    expect(arcsineSampleSize(cohenH(0.06, 0.05), target, 100).refused).toBe('TARGET_UNREACHABLE');
    expect(detectableProportion(0.5, 3, target).refused).toBe('TARGET_UNREACHABLE');
  });
});

describe('the noncentral t distribution', () => {
  test('without shift is Student’s', () => {
    for (const df of [2, 9, 300])
      expect(noncentralTUpper(1.7, df, 0)).toBeCloseTo(studentTUpper(1.7, df), 11);
  });

  test('puts exactly the normal share of its shift above zero', () => {
    for (const [df, shift] of [
      [3, 0.5],
      [20, 2.2],
      [5000, -1],
    ] as const) {
      expect(noncentralTUpper(0, df, shift)).toBeCloseTo(normalCdf(shift), 11);
    }
  });
});
