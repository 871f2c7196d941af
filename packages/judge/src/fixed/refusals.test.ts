import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { betaBinomial } from '../bayes/beta-binomial.ts';
import { normalPosterior } from '../bayes/normal-posterior.ts';
import { crossMomentsOf } from '../metrics/cross-moments.ts';
import { momentsOf } from '../metrics/moments.ts';
import { meanSampleSize, proportionSampleSize } from '../power/power.ts';
import { refusalMessages } from '../refusal.ts';
import { anova } from './anova.ts';
import { cochranMantelHaenszel, independence } from './contingency.ts';
import { cuped, regressionAdjusted } from './cuped.ts';
import { fisherExact } from './fisher.ts';
import { cochranQ } from './heterogeneity.ts';
import { interaction } from './interaction.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { locationShift, mannWhitney, mannWhitneyExact } from './mann-whitney.ts';
import { adjustPValues } from './multiplicity.ts';
import { quantileDifference } from './quantile-difference.ts';
import { ratioDifference } from './ratio.ts';
import { fiellerLift, logLift, meansOf, relativeLift } from './relative-lift.ts';
import { sampleRatio } from './srm.ts';
import { twoProportions } from './two-proportion.ts';
import { pairedT, student, welch } from './welch.ts';

const arms = (t: number[], c: number[]) => ({ treatment: momentsOf(t), control: momentsOf(c) });
const counts = (xt: number, nt: number, xc: number, nc: number) => ({
  treatment: { successes: xt, n: nt },
  control: { successes: xc, n: nc },
});

describe('degenerate input is refused by name', () => {
  test.each([
    ['an empty arm', welch(arms([], [1, 2])), 'ARM_EMPTY'],
    ['one unit', welch(arms([1], [1, 2])), 'UNITS_TOO_FEW'],
    ['constant arms', welch(arms([1, 1, 1], [1, 1, 1])), 'VARIANCE_ZERO'],
    ['constant arms that differ', student(arms([2, 2], [1, 1])), 'VARIANCE_ZERO'],
    ['one pair', pairedT(momentsOf([1])), 'UNITS_TOO_FEW'],
    ['an infinite value', welch(arms([1, Number.POSITIVE_INFINITY], [1, 2])), 'INPUT_INVALID'],
    ['no successes anywhere', twoProportions(counts(0, 50, 0, 60)), 'NO_EVENTS'],
    ['only successes', twoProportions(counts(50, 50, 60, 60)), 'VARIANCE_ZERO'],
    ['no units', fisherExact(counts(0, 0, 3, 60)), 'ARM_EMPTY'],
    ['more successes than units', twoProportions(counts(5, 4, 3, 60)), 'INPUT_INVALID'],
    ['a control mean of zero', relativeLift(arms([1, 2], [-1, 1])), 'CONTROL_MEAN_ZERO'],
    [
      'a control mean within its error of zero',
      fiellerLift(meansOf(arms([4, 5], [-9, 10]))),
      'INTERVAL_UNBOUNDED',
    ],
    ['a negative mean on the log scale', logLift(meansOf(arms([-4, -5], [9, 10]))), 'CONTROL_MEAN_ZERO'],
    ['ties only', mannWhitney([2, 2], [2, 2, 2]), 'VARIANCE_ZERO'],
    ['ties in the exact test', mannWhitneyExact([1, 2], [2, 3]), 'INPUT_INVALID'],
    ['expected counts below five', sampleRatio([3, 4], [1, 1]), 'EXPECTED_TOO_SMALL'],
    ['units in an arm of weight zero', sampleRatio([500, 500, 3], [1, 1, 0]), 'ZERO_WEIGHT_ARM_USED'],
    ['one arm', sampleRatio([500], [1]), 'ARMS_MISSING'],
    ['one slice', cochranQ([{ estimate: 1, standardError: 1 }]), 'ARMS_MISSING'],
    [
      'an empty column of a table',
      independence([
        [0, 30],
        [0, 40],
      ]),
      'ARM_EMPTY',
    ],
    ['one value per arm', anova([momentsOf([1]), momentsOf([1, 2])]), 'UNITS_TOO_FEW'],
    ['no strata', cochranMantelHaenszel([]), 'UNITS_TOO_FEW'],
    [
      'a zero denominator',
      ratioDifference({
        treatment: crossMomentsOf([
          [1, 2],
          [0, 0],
        ]),
        control: crossMomentsOf([
          [1, 2],
          [1, 2],
        ]),
      }),
      'DENOMINATOR_ZERO',
    ],
    ['too few values beyond a quantile', quantileDifference([1, 2, 3], [1, 2, 3], 0.99), 'UNITS_TOO_FEW'],
    ['a p-value above one', adjustPValues([0.5, 1.5], 'holm'), 'INPUT_INVALID'],
    [
      'equal rates to be told apart',
      proportionSampleSize(0.1, 0.1, { alpha: 0.05, power: 0.8 }),
      'TARGET_UNREACHABLE',
    ],
    ['an effect of zero to be seen', meanSampleSize(0, 1, { alpha: 0.05, power: 0.8 }), 'TARGET_UNREACHABLE'],
    ['no standard error', normalPosterior({ estimate: 1, standardError: 0 }), 'VARIANCE_ZERO'],
    ['a prior without weight', betaBinomial(counts(1, 2, 1, 2), [0, 1]), 'INPUT_INVALID'],
    ['nothing to compare', kolmogorovSmirnov([], [1]), 'ARM_EMPTY'],
  ])('%s', (_, result, code) => {
    expect(result.refused).toBe(code);
    expect(result.missing).toMatch(/\w/);
  });

  test('every code explains itself', () => {
    for (const message of Object.values(refusalMessages)) expect(message).toMatch(/^[A-Z].*\.$/);
  });
});

/** Every number inside a result. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

describe('no method answers NaN', () => {
  // Few distinct values make ties, zeros, constant and empty arms common.
  const small = fc.array(fc.constantFrom(0, 1, 1, 2, -1, 1e9), { maxLength: 8 });
  const count = fc.integer({ min: 0, max: 12 });

  test('for any small samples', () => {
    fc.assert(
      fc.property(small, small, (t, c) => {
        const columns = (values: number[]) =>
          crossMomentsOf([values, values.map((value, i) => value * 0.5 + (i % 2))]);
        const both = arms(t, c);
        const rows = [...t, ...c];
        const treated = rows.map((_, i) => (i < t.length ? 1 : 0));
        for (const result of [
          welch(both),
          student(both),
          pairedT(both.treatment),
          relativeLift(both),
          mannWhitney(t, c),
          locationShift(t, c),
          mannWhitneyExact(t, c),
          kolmogorovSmirnov(t, c),
          anova([both.treatment, both.control]),
          cuped({ treatment: columns(t), control: columns(c) }, { refuseBelow: 0 }),
          cuped({ treatment: columns(t), control: columns(c) }, { slopes: 'interacted', refuseBelow: 0 }),
          ratioDifference({ treatment: columns(t), control: columns(c) }),
          quantileDifference(t, c, 0.5),
          regressionAdjusted({ outcome: rows, treated, covariates: [rows.map((_, i) => i % 3)] }),
          interaction({ outcome: rows, treated, modifier: rows.map((_, i) => i % 2) }),
        ]) {
          if (!result.refused) expect(numbersIn(result).some(Number.isNaN)).toBe(false);
        }
      }),
      {
        numRuns: 300,
        examples: [
          [
            [1, 1, 1],
            [1, 1, 1],
          ],
          [[1], [1, 1, 1]],
          [
            [1, 1],
            [1, 1, 1],
          ],
        ],
      },
    );
  });

  test('for any small counts', () => {
    fc.assert(
      fc.property(count, count, count, count, (a, b, c, d) => {
        for (const result of [
          twoProportions(counts(a, a + b, c, c + d)),
          fisherExact(counts(a, a + b, c, c + d)),
          independence([
            [a, b],
            [c, d],
          ]),
          cochranMantelHaenszel([
            [a, b, c, d],
            [d, c, a, b],
          ]),
          sampleRatio([a * 5, b * 5], [c, d]),
          betaBinomial(counts(a, a + b, c, c + d)),
        ]) {
          if (!result.refused) expect(numbersIn(result).some(Number.isNaN)).toBe(false);
        }
      }),
      { numRuns: 100 },
    );
  });
});
