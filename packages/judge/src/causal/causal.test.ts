import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { confoundedPopulation, uniforms } from '../../../../bench/src/confounded-populations.ts';
import { accepted } from '../accepted.suite.ts';
import { numbersOf, oraclesPresent, oracleTable } from '../oracle/oracle.suite.ts';
import { balanceTable } from './balance.ts';
import { regressionEffect, unadjustedEffect } from './baseline-effects.ts';
import { causalReport } from './causal-report.ts';
import { designOf } from './design.ts';
import { doublyRobustEffect } from './doubly-robust.ts';
import { encodeCauses, squareOf } from './encode-causes.ts';
import { attByDimension, pehe, tLearner } from './individual-effects.ts';
import { ihdp, matchitLalonde } from './lalonde.suite.ts';
import { bestOf, linear, multiplicative } from './learners.ts';
import { matchNearest } from './match.ts';
import { matchedEffect } from './matched-effect.ts';
import { assessOverlap } from './overlap.ts';
import { placeboOutcomes, placeboTreatment } from './placebo.ts';
import { assignedPropensity, fitPropensity, type Propensity } from './propensity.ts';
import type { Study } from './study.ts';
import { weightedEffect } from './weighting.ts';

const small: Study = {
  treated: Uint8Array.from([1, 1, 1, 0, 0, 0, 0]),
  outcome: Float64Array.from([5, 6, 7, 1, 2, 3, 4]),
  causes: [{ name: 'x', values: Float64Array.from([1, 2, 3, 2, 1, 3, 0]) }],
};

describe('refusals', () => {
  test('name the column and the unit whose value is missing', () => {
    const broken = { ...small, outcome: Float64Array.from([5, 6, Number.NaN, 1, 2, 3, 4]) };
    expect(fitPropensity(broken)).toMatchObject({
      refused: 'NOT_FINITE',
      missing: expect.stringContaining('unit 3'),
    });
  });

  test('say which arm is too small', () => {
    const lone = { ...small, treated: Uint8Array.from([1, 0, 0, 0, 0, 0, 0]) };
    expect(unadjustedEffect(lone)).toMatchObject({ refused: 'ARM_TOO_SMALL', subject: 'treated' });
  });

  test('say which column has another length', () => {
    const short = { ...small, causes: [{ name: 'age', values: new Float64Array(3) }] };
    expect(causalReport(short)).toMatchObject({ refused: 'LENGTHS_DIFFER', subject: 'age' });
  });

  test('an outcome that never varies has no test', () => {
    const propensity = accepted(assignedPropensity(new Float64Array(7).fill(0.5)));
    const still = { ...small, outcome: new Float64Array(7).fill(3) };
    expect(weightedEffect(still, propensity, 'ATT')).toMatchObject({ refused: 'NO_VARIANCE' });
    const matching = accepted(matchNearest(still.treated, propensity));
    expect(matchedEffect(still, matching)).toMatchObject({ refused: 'NO_VARIANCE' });
    expect(unadjustedEffect(still)).toMatchObject({
      refused: 'NO_VARIANCE',
    });
  });

  test('no causes, nothing to adjust for', () => {
    expect(causalReport({ ...small, causes: [] })).toMatchObject({ refused: 'NO_CAUSES' });
  });

  test('a population treated exactly above a line is refused, every time', () => {
    for (let seed = 0; seed < 10; seed++) {
      expect(causalReport(confoundedPopulation(seed, 400, 'none'))).toMatchObject({ refused: 'SEPARATED' });
    }
  });

  test('nearly separated arms are refused for want of overlap', () => {
    const random = uniforms(7);
    const x = Float64Array.from({ length: 800 }, () => 12 * random() - 6);
    const treated = Uint8Array.from(x, (v) => Number(random() < 1 / (1 + Math.exp(-6 * v))));
    const outcome = x.map((v) => v + random());
    expect(causalReport({ treated, outcome, causes: [{ name: 'x', values: x }] })).toMatchObject({
      refused: 'NO_OVERLAP',
    });
  });

  test('an assigned propensity of 1 is refused', () => {
    expect(assignedPropensity(Float64Array.of(0.5, 1))).toMatchObject({ refused: 'BAD_PROPENSITY' });
  });
});

describe('designs', () => {
  test('leave out constants and combinations of earlier columns', () => {
    const a = Float64Array.from([1, 2, 3, 4, 5.5]);
    const b = Float64Array.from([2, 1, 0, 7, 3]);
    const causes = [
      { name: 'a', values: a },
      { name: 'one', values: new Float64Array(5).fill(9) },
      { name: 'b', values: b },
      { name: 'a+b', values: a.map((x, i) => x + (b[i] ?? 0)) },
    ];
    expect(designOf(causes, Int32Array.from([0, 1, 2, 3, 4])).dropped).toEqual(['one', 'a+b']);
  });

  test('labels become dummies against a reference', () => {
    const encoded = encodeCauses([{ name: 'zip', values: ['b', 'a', 'c', 'a'], reference: 'a' }]);
    expect(encoded.map(({ name, values }) => [name, ...values])).toEqual([
      ['zip=b', 1, 0, 0, 0],
      ['zip=c', 0, 0, 1, 0],
    ]);
  });
});

describe('matching', () => {
  const scores = (values: number[]): Propensity => accepted(assignedPropensity(Float64Array.from(values)));

  test('uses each control once and takes the first in file order among equals', () => {
    const matching = accepted(matchNearest(Uint8Array.from([1, 0, 0, 1]), scores([0.5, 0.4, 0.4, 0.45])));
    expect(matching.pairs).toEqual([
      { treated: 0, controls: [1] },
      { treated: 3, controls: [2] },
    ]);
  });

  test('lets tied controls share a treated unit when they may serve twice', () => {
    const matching = accepted(
      matchNearest(Uint8Array.from([1, 0, 0, 1]), scores([0.5, 0.4, 0.4, 0.45]), { replace: true }),
    );
    expect(matching.pairs.map((pair) => pair.controls)).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(Array.from(matching.weights)).toEqual([1, 1, 1, 1]);
  });

  test('leaves a treated unit without a control inside the caliper', () => {
    const matching = accepted(
      matchNearest(Uint8Array.from([1, 1, 0, 0]), scores([0.9, 0.41, 0.4, 0.2]), { caliper: 0.2 }),
    );
    expect(matching.unmatched).toEqual([0]);
  });

  test('refuses more controls a unit than there are', () => {
    expect(
      matchNearest(small.treated, scores([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]), { ratio: 2 }),
    ).toMatchObject({ refused: 'NO_MATCH' });
  });

  test('is the greedy choice a plain scan over all controls makes', () => {
    const unit = fc.record({ treated: fc.boolean(), score: fc.integer({ min: 1, max: 60 }) });
    fc.assert(
      fc.property(
        fc.array(unit, { minLength: 4, maxLength: 60 }),
        fc.constantFrom(undefined, 0.3),
        (units, caliper) => {
          const treated = Uint8Array.from(units, ({ treated }) => Number(treated));
          const propensity = scores(units.map(({ score }) => score / 64));
          const matching = matchNearest(treated, propensity, caliper === undefined ? {} : { caliper });
          if (matching.refused) return;
          const free = new Set(units.flatMap((u, row) => (u.treated ? [] : [row])));
          const reach = matching.caliper ?? Number.POSITIVE_INFINITY;
          const queue = units
            .flatMap((u, row) => (u.treated ? [row] : []))
            .sort((a, b) => units[b]!.score - units[a]!.score || a - b);
          const expected = queue.flatMap((row) => {
            const gap = (control: number) => Math.abs(propensity.scores[control]! - propensity.scores[row]!);
            const [best] = [...free].sort((a, b) => gap(a) - gap(b) || a - b);
            if (best === undefined || gap(best) > reach) return [];
            free.delete(best);
            return [{ treated: row, controls: [best] }];
          });
          expect(matching.pairs).toEqual(expected);
        },
      ),
    );
  });

  test('with replacement a single pair has no standard error', () => {
    const matching = accepted(
      matchNearest(Uint8Array.from([1, 0, 0]), scores([0.5, 0.4, 0.3]), { replace: true }),
    );
    const study = { ...small, treated: Uint8Array.from([1, 0, 0]), outcome: Float64Array.from([1, 2, 3]) };
    expect(matchedEffect(study, matching)).toMatchObject({ refused: 'NO_MATCH' });
  });
});

describe('effects', () => {
  test('weighting by propensities that were assigned, alike for all, is the difference of means', () => {
    const propensity = accepted(assignedPropensity(new Float64Array(7).fill(3 / 7)));
    const weighted = accepted(weightedEffect(small, propensity, 'ATE'));
    expect(weighted.estimate).toBeCloseTo(6 - 2.5, 12);
    expect(weighted.errors.estimatedPropensity).toBeUndefined();
  });

  test('are moved by a shift of the treated outcomes exactly by that shift', () => {
    const study = confoundedPopulation(3, 500);
    const shifted = { ...study, outcome: study.outcome.map((y, i) => y + (study.treated[i] === 1 ? 10 : 0)) };
    const [before, after] = [accepted(causalReport(study)), accepted(causalReport(shifted))];
    for (const [k, { label, effect }] of before.effects.entries()) {
      const moved = after.effects[k]!.effect;
      if (effect.refused || moved.refused) continue;
      expect(moved.estimate - effect.estimate, label).toBeCloseTo(10, 6);
      expect(moved.standardError, label).toBeCloseTo(effect.standardError, 6);
    }
  });

  test('do not depend on the units in which a cause is measured', () => {
    const study = confoundedPopulation(5, 400);
    const causes = study.causes.map(({ name, values }) => ({
      name,
      values: values.map((x) => 1e6 * x + 1e7),
    }));
    const [a, b] = [accepted(causalReport(study)), accepted(causalReport({ ...study, causes }))];
    expect(b.main.estimate).toBeCloseTo(a.main.estimate, 6);
  });

  test('balance after weighting is better than before', () => {
    const study = confoundedPopulation(9, 2000);
    const weighted = accepted(weightedEffect(study, accepted(fitPropensity(study)), 'ATT'));
    const rows = balanceTable(study, weighted.weights);
    const worst = (key: 'before' | 'after') => Math.max(...rows.map((row) => Math.abs(row[key])));
    expect(worst('after')).toBeLessThan(worst('before') / 3);
  });

  test('in levels of a dimension add up to the whole, weighed by the treated', () => {
    const study = confoundedPopulation(11, 1500);
    const robust = accepted(doublyRobustEffect(study, accepted(fitPropensity(study)), 'ATT'));
    const level = Array.from(study.causes[0]!.values, (x) => (x > 0 ? 'high' : 'low'));
    const byLevel = accepted(attByDimension(study, robust, level));
    const treated = byLevel.levels.reduce((sum, one) => sum + one.treated, 0);
    const whole = byLevel.levels.reduce((sum, one) => sum + one.estimate * one.treated, 0) / treated;
    expect(whole).toBeCloseTo(robust.estimate, 9);
  });

  test('of levels that truly differ are told apart', () => {
    const random = uniforms(21);
    const x = Float64Array.from({ length: 2000 }, () => random() - 0.5);
    const treated = Uint8Array.from(x, (v) => Number(random() < 0.5 + 0.5 * v));
    const outcome = x.map((v, i) => 3 * v + random() + (treated[i] === 1 ? (v > 0 ? 2 : -1) : 0));
    const study = {
      treated,
      outcome,
      causes: [{ name: 'x', values: x }, squareOf({ name: 'x', values: x })],
    };
    const robust = accepted(doublyRobustEffect(study, accepted(fitPropensity(study)), 'ATT'));
    const found = accepted(
      attByDimension(
        study,
        robust,
        Array.from(x, (v) => (v > 0 ? 'right' : 'left')),
      ),
    );
    expect(found.heterogeneity.p).toBeLessThan(1e-9);
    const effects = Object.fromEntries(found.levels.map(({ level, interval }) => [level, interval]));
    expect(effects.left![0] < -1 && effects.left![1] > -1).toBe(true);
    expect(effects.right![0] < 2 && effects.right![1] > 2).toBe(true);
  });
});

test('intervals cover the truth in at least 88 % of 80 small populations that confound a difference of means', () => {
  const cover = { 'doubly-robust': 0, weighting: 0, unadjusted: 0 };
  for (let seed = 1; seed <= 80; seed++) {
    const study = confoundedPopulation(seed, 500);
    const propensity = accepted(fitPropensity(study));
    const effects = [
      accepted(doublyRobustEffect(study, propensity, 'ATT')),
      accepted(weightedEffect(study, propensity, 'ATT')),
      accepted(unadjustedEffect(study)),
    ];
    for (const { method, interval } of effects) {
      if (interval[0] <= study.att && study.att <= interval[1]) cover[method as keyof typeof cover]++;
    }
  }
  expect(cover['doubly-robust']).toBeGreaterThanOrEqual(71);
  expect(cover.weighting).toBeGreaterThanOrEqual(71);
  expect(cover.unadjusted).toBeLessThan(50);
});

test('placebo treatments raise about as many false alarms as promised', () => {
  const study = confoundedPopulation(2, 800);
  const placebo = accepted(placeboTreatment(study, accepted(fitPropensity(study)), uniforms(4), 60));
  expect(placebo.rounds).toBe(60);
  expect(placebo.falseAlarms).toBeLessThan(0.2);
  expect(placebo.spread).toBeLessThan(1.4);
});

describe.skipIf(!oraclesPresent)('real data (skipped without ../shared)', () => {
  test("LaLonde's estimates spread from about 220 to 1,968 and the report shows every one", () => {
    const report = accepted(causalReport(matchitLalonde()));
    expect(report.spread[0]).toBeCloseTo(220.2886, 3);
    expect(report.spread[1]).toBeCloseTo(1968.7997, 3);
    expect(report.effects).toHaveLength(9);
    expect(report.effects[0]!.effect).toMatchObject({ estimate: expect.closeTo(-635.0262, 3) });
    expect(report.overlap.warnings).toEqual([]);
  });

  test('earnings before the training are a placebo outcome without effect in LaLonde', () => {
    const [placebo] = placeboOutcomes(matchitLalonde(), ['re75']);
    const effect = accepted(placebo!.effect);
    expect(effect.interval[0] < 0 && effect.interval[1] > 0).toBe(true);
  });

  test('smokers who quit gained 3.4 kg by weighting (Hernán & Robins, What If, chapter 12)', () => {
    const table = oracleTable('nhefs/nhefs_complete.csv');
    const numeric = (name: string) => ({ name, values: numbersOf(table, name) });
    const labels = (name: string) => ({ name, values: table.get(name)! });
    const bent = ['age', 'smokeintensity', 'smokeyrs', 'wt71'].map(numeric);
    const flat = ['sex', 'race', 'education', 'exercise', 'active'].map(labels);
    const causes = [...encodeCauses([...bent, ...flat]), ...bent.map(squareOf)];
    const study = {
      treated: Uint8Array.from(numbersOf(table, 'qsmk')),
      outcome: numbersOf(table, 'wt82_71'),
      causes,
    };
    const propensity = accepted(fitPropensity(study));
    expect(accepted(weightedEffect(study, propensity, 'ATE')).estimate).toBeCloseTo(3.441, 3);
    expect(accepted(doublyRobustEffect(study, propensity, 'ATE')).interval[0]).toBeGreaterThan(2);
    expect(accepted(regressionEffect(study)).estimate).toBeCloseTo(3.46, 1);
  });

  test('learners chosen by cross-validation beat least squares on IHDP: 0.583 on the first, 2.024 on average', () => {
    const errors = Array.from({ length: 10 }, (_, k) => {
      const study = ihdp(k + 1);
      return pehe(accepted(tLearner(study, bestOf(linear, multiplicative))).effects, study.truth);
    });
    expect(errors[0]).toBeLessThan(0.5);
    expect(errors.reduce((a, b) => a + b, 0) / 10).toBeLessThan(0.7);
  });

  test("IHDP's effect on the treated is within the doubly robust interval", () => {
    const study = ihdp(1);
    const propensity = accepted(fitPropensity(study));
    const learned = accepted(tLearner(study, bestOf(linear, multiplicative)));
    const robust = accepted(doublyRobustEffect(study, propensity, 'ATT', learned.predictions));
    expect(robust.interval[0] < 4 && 4 < robust.interval[1]).toBe(true);
    expect(accepted(assessOverlap(study, propensity, 'ATT')).effectiveSize).toBeGreaterThan(30);
  });
});
