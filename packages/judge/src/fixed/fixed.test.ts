import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accepted } from '../accepted.suite.ts';
import { crossMomentsOf, mergeCrossMoments } from '../metrics/cross-moments.ts';
import { momentsOf } from '../metrics/moments.ts';
import { randomStream } from '../simulation/random.ts';
import { brentRoot } from './brent.ts';
import { cuped, regressionAdjusted } from './cuped.ts';
import { fisherExact } from './fisher.ts';
import { adjustPValues } from './multiplicity.ts';
import { quantileDifference } from './quantile-difference.ts';
import { ratioDifference } from './ratio.ts';
import { fiellerLift, logLift, meansOf } from './relative-lift.ts';
import { twoProportions } from './two-proportion.ts';

describe('proportions', () => {
  test('Fisher’s tea tasting has its published p-value', () => {
    // The Design of Experiments (1935): 3 of 4 cups right; p = 34/70 two-sided.
    const p = accepted(fisherExact({ treatment: { successes: 3, n: 4 }, control: { successes: 1, n: 4 } })).p;
    expect(p).toBeCloseTo(34 / 70, 12);
  });

  test('the sum over all tables is found without walking through them', () => {
    const direct = (xt: number, nt: number, xc: number, nc: number) => {
      const choose = (n: number, k: number) => {
        let value = 1;
        for (let i = 0; i < k; i++) value = (value * (n - i)) / (i + 1);
        return value;
      };
      const mass = (x: number) => (choose(nt, x) * choose(nc, xt + xc - x)) / choose(nt + nc, xt + xc);
      let sum = 0;
      for (let x = Math.max(0, xt + xc - nc); x <= Math.min(nt, xt + xc); x++) {
        if (mass(x) <= mass(xt) * (1 + 1e-7)) sum += mass(x);
      }
      return sum;
    };
    const small = fc.integer({ min: 0, max: 14 });
    fc.assert(
      fc.property(small, small, small, small, (a, b, c, d) => {
        fc.pre(a + b > 0 && c + d > 0 && a + c > 0 && b + d > 0);
        const arms = { treatment: { successes: a, n: a + b }, control: { successes: c, n: c + d } };
        expect(accepted(fisherExact(arms)).p).toBeCloseTo(direct(a, a + b, c, c + d), 10);
      }),
    );
    const huge = { treatment: { successes: 5e8 + 3e4, n: 1e9 }, control: { successes: 5e8, n: 1e9 } };
    // Where counts are huge the pooled test is the same test.
    expect(accepted(fisherExact(huge)).p / accepted(twoProportions(huge)).pooled.p).toBeCloseTo(1, 2);
  });

  test('Newcombe’s interval has the values of his paper', () => {
    // Newcombe 1998, Table II, method 10: 56/70 − 48/80 and 9/10 − 3/10.
    const interval = (xt: number, nt: number, xc: number, nc: number) =>
      accepted(twoProportions({ treatment: { successes: xt, n: nt }, control: { successes: xc, n: nc } }))
        .newcombe;
    const first = interval(56, 70, 48, 80);
    expect(first.low).toBeCloseTo(0.0524, 4);
    expect(first.high).toBeCloseTo(0.3339, 4);
    const second = interval(9, 10, 3, 10);
    expect(second.low).toBeCloseTo(0.1705, 4);
    expect(second.high).toBeCloseTo(0.809, 4);
  });

  test('swapping the arms turns the sign and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 190 }), (x, y) => {
        const [a, b] = [
          { successes: x, n: 91 },
          { successes: y, n: 191 },
        ];
        const there = accepted(twoProportions({ treatment: a, control: b }));
        const back = accepted(twoProportions({ treatment: b, control: a }));
        expect(back.difference.estimate).toBeCloseTo(-there.difference.estimate, 12);
        expect(back.pooled.p).toBeCloseTo(there.pooled.p, 12);
        expect(back.newcombe.low).toBeCloseTo(-there.newcombe.high, 12);
      }),
    );
  });
});

describe('relative lift', () => {
  const arms = { treatment: momentsOf([11, 12, 13, 14, 15]), control: momentsOf([9, 10, 11, 10, 10]) };

  test('lies inside its interval on every scale', () => {
    for (const lift of [accepted(fiellerLift(meansOf(arms))), accepted(logLift(meansOf(arms)))]) {
      expect(lift.estimate).toBeCloseTo(0.3, 12);
      expect(lift.low).toBeLessThan(0.3);
      expect(lift.high).toBeGreaterThan(0.3);
    }
  });

  test('Fieller’s limits are the ratios at which the test of that very ratio turns', () => {
    const means = meansOf(arms);
    const { low, high } = accepted(fiellerLift(means));
    for (const ratio of [low + 1, high + 1]) {
      const distance = means.treatment.mean - ratio * means.control.mean;
      const error = Math.sqrt(means.treatment.variance + ratio * ratio * means.control.variance);
      expect(Math.abs(distance / error)).toBeCloseTo(1.959963984540054, 9);
    }
  });
});

describe('CUPED', () => {
  const random = randomStream(42);
  const people = Array.from({ length: 4000 }, (_, i) => {
    const past = random.normal();
    return { treated: i % 2, past, now: 0.3 * (i % 2) + 2 * past + random.normal() };
  });
  const columns = (treated: number) => {
    const rows = people.filter((person) => person.treated === treated);
    return crossMomentsOf([rows.map(({ now }) => now), rows.map(({ past }) => past)]);
  };
  const arms = { treatment: columns(1), control: columns(0) };

  test('removes what the past explains and keeps the effect', () => {
    for (const slopes of ['pooled', 'within-arm', 'interacted'] as const) {
      const result = accepted(cuped(arms, { slopes }));
      // Four fifths of the variance come from the past.
      expect(result.gain).toBeGreaterThan(0.75);
      expect(Math.abs(result.estimate - 0.3)).toBeLessThan(4 * result.standardError);
      expect(result.standardError).toBeLessThan(0.5 * result.raw.standardError);
    }
  });

  test('from sums agrees with regression from rows', () => {
    const rows = {
      outcome: people.map(({ now }) => now),
      treated: people.map(({ treated }) => treated),
      covariates: [people.map(({ past }) => past)],
    };
    const within = accepted(cuped(arms, { slopes: 'within-arm' }));
    const ancova = accepted(regressionAdjusted(rows));
    expect(within.estimate).toBeCloseTo(ancova.estimate, 10);
    expect(within.theta[0]).toBeCloseTo(ancova.theta[0]!, 10);
    const own = accepted(cuped(arms, { slopes: 'interacted' }));
    const lin = accepted(regressionAdjusted(rows, { interacted: true }));
    expect(own.estimate).toBeCloseTo(lin.estimate, 10);
    expect(own.standardError / lin.robustError).toBeCloseTo(1, 2);
  });

  test('refuses a covariate that the treatment has moved', () => {
    const moved = mergeCrossMoments(arms.treatment, { n: 0, means: [0, 0], products: [] });
    const shifted = { ...moved, means: [moved.means[0]!, moved.means[1]! + 0.5] };
    expect(cuped({ treatment: shifted, control: arms.control }).refused).toBe('COVARIATE_DIFFERS');
    expect(cuped({ treatment: shifted, control: arms.control }, { refuseBelow: 0 }).refused).toBeUndefined();
  });

  test('refuses covariates that say the same twice, or nothing', () => {
    const twice = (columnsOf: (i: number) => number[]) =>
      cuped({
        treatment: crossMomentsOf([0, 1, 2].map(columnsOf)),
        control: crossMomentsOf([0, 1, 2].map(columnsOf)),
      });
    expect(
      twice((j) => [1, 5, 2, 7].map((value, i) => value * (j + 1) + (j === 0 ? i % 2 : 0))).refused,
    ).toBe('COVARIATES_COLLINEAR');
    expect(twice((j) => (j === 0 ? [1, 2, 3, 5] : [4, 4, 4, 4])).refused).toBe('COVARIATE_CONSTANT');
  });
});

describe('ratios and quantiles of simulated people', () => {
  /** Share of 400 experiments without effect whose 95 % interval leaves out zero. */
  function falseAlarms(
    one: (random: ReturnType<typeof randomStream>) => { low: number; high: number },
  ): number {
    let alarms = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const { low, high } = one(randomStream(seed));
      if (low > 0 || high < 0) alarms += 1;
    }
    return alarms / 400;
  }

  test('a ratio of sticky clicks keeps its level', () => {
    const arm = (random: ReturnType<typeof randomStream>) => {
      const views = Array.from(
        { length: 300 },
        () => 1 + random.poisson(5 * Math.exp(random.normal() - 0.5)),
      );
      const clicks = views.map((n) => random.poisson(n * 0.2 * Math.exp(random.normal() - 0.5)));
      return crossMomentsOf([clicks, views]);
    };
    const share = falseAlarms((random) =>
      accepted(ratioDifference({ treatment: arm(random), control: arm(random) })),
    );
    expect(share).toBeLessThan(0.085);
    expect(share).toBeGreaterThan(0.015);
  });

  test('a 90th percentile keeps its level', () => {
    const arm = (random: ReturnType<typeof randomStream>) =>
      Array.from({ length: 300 }, () => Math.exp(random.normal()));
    const share = falseAlarms((random) => accepted(quantileDifference(arm(random), arm(random), 0.9)));
    expect(share).toBeLessThan(0.085);
    expect(share).toBeGreaterThan(0.01);
  });
});

describe('adjusted p-values', () => {
  test('are never below the raw ones, and keep their order', () => {
    const family = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        family,
        fc.constantFrom('bonferroni', 'holm', 'hochberg', 'hommel', 'bh', 'by'),
        (p, method) => {
          const { adjusted } = accepted(adjustPValues(p, method));
          p.forEach((value, i) => {
            expect(adjusted[i]).toBeGreaterThanOrEqual(value * (1 - 1e-12));
            expect(adjusted[i]).toBeLessThanOrEqual(1);
            p.forEach((other, j) => {
              if (value < other) expect(adjusted[i]!).toBeLessThanOrEqual(adjusted[j]! * (1 + 1e-12));
            });
          });
        },
      ),
    );
  });
});

describe('Brent’s method', () => {
  test('finds roots of smooth and of step functions', () => {
    expect(brentRoot((x) => x ** 3 - 2, 0, 2, 1e-12)).toBeCloseTo(Math.cbrt(2), 10);
    expect(brentRoot((x) => (x < 0.3 ? 1 : -1), 0, 1, 1e-10)).toBeCloseTo(0.3, 9);
  });
});
