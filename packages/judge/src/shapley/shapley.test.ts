import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accepted } from '../accepted.suite.ts';
import type { Moments } from '../metrics/moments.ts';
import { numbersOf, oracleCases, oraclesPresent, oracleTable, within } from '../oracle/oracle.suite.ts';
import { compositionByDimension, heterogeneityByDimension } from './by-dimension.ts';
import { divideChanges } from './concurrent-changes.ts';
import { shapleyExact } from './exact.ts';
import { divideFunnel } from './funnel.ts';
import { type CoalitionValue, playersOf } from './game.ts';
import { kernelShapWeight } from './kernel-weights.ts';
import type { LiftCell } from './lift-cells.ts';
import { divideMixRate } from './mix-rate.ts';
import { owenExact } from './owen.ts';
import { scanSlices } from './scan-slices.ts';
import { shapley } from './shapley.ts';
import { walkVariance } from './walk-variance.ts';
import { shapleyWalks } from './walks.ts';

/** A repeatable source of uniform numbers (a linear congruential generator's upper bits). */
function lots(seed: number): () => number {
  let state = BigInt(seed) * 2862933555777941757n;
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
    return Number(state >> 11n) / 2 ** 53;
  };
}

/** Games as the oracles describe them, with how many play. */
function gameOf(inputs: Record<string, unknown>): [number, CoalitionValue] {
  const sum = (values: number[]) => (members: number) =>
    playersOf(members).reduce((total, p) => total + (values[p] ?? 0), 0);
  if (Array.isArray(inputs.left)) {
    const [left, right] = [inputs.left, inputs.right] as number[][];
    const count = (side: number[], members: number) => side.filter((p) => (members >> p) & 1).length;
    return [
      left!.length + right!.length,
      (members) => Math.min(count(left!, members), count(right!, members)),
    ];
  }
  if (Array.isArray(inputs.costs)) {
    const costs = inputs.costs as number[];
    return [costs.length, (members) => playersOf(members).reduce((most, p) => Math.max(most, costs[p]!), 0)];
  }
  if (Array.isArray(inputs.weights)) {
    const votes = sum(inputs.weights as number[]);
    return [inputs.weights.length, (members) => Number(votes(members) >= Number(inputs.quota))];
  }
  return [(inputs.x as number[]).length, sum(inputs.x as number[])];
}

const airport: CoalitionValue = (members) =>
  playersOf(members).reduce((most, p) => Math.max(most, [8, 11, 13, 18][p]!), 0);

describe.skipIf(!oraclesPresent)('Shapley oracles (skipped without ../shared)', () => {
  for (const one of oracleCases('shapley_exact')) {
    test(`${one.id} within ${one.rel_tol}`, () => {
      const [players, value] = gameOf(one.inputs);
      const division = accepted(shapleyExact(players, value));
      const wanted = one.expected.value as number[];
      expect(division.values.map((v, i) => within(v, wanted[i]!, one.rel_tol))).toEqual(
        wanted.map(() => true),
      );
      expect(within(division.total, one.expected.total as number, one.rel_tol)).toBe(true);
    });
  }

  for (const one of oracleCases('shapley_multiplicative_funnel')) {
    test(`${one.id} within ${one.rel_tol}`, () => {
      const { factors, baseline, treatment } = one.inputs as {
        factors: string[];
        baseline: number[];
        treatment: number[];
      };
      const steps = factors.map((name, i) => ({ name, baseline: baseline[i]!, treatment: treatment[i]! }));
      const found = accepted(divideFunnel(steps));
      const got = {
        value: found.steps.map((step) => step.value),
        share: found.steps.map((step) => step.share),
        lmdi: found.steps.map((step) => step.lmdi),
        sequential_in_order: found.steps.map((step) => step.inOrder),
      };
      for (const [key, wanted] of Object.entries(one.expected)) {
        if (!(key in got)) continue;
        const values = got[key as keyof typeof got];
        expect(
          values.map((v, i) => within(v, (wanted as number[])[i]!, one.rel_tol)),
          key,
        ).toEqual(values.map(() => true));
      }
      expect(within(found.total, one.expected.total as number, one.rel_tol)).toBe(true);
    });
  }

  for (const one of oracleCases('mix_rate_decomposition')) {
    test(`${one.id} within ${one.rel_tol}`, () => {
      const found = accepted(divideMixRate(berkeley()));
      for (const key of ['mix', 'rate', 'total'] as const) {
        expect(within(found[key], one.expected[key] as number, one.rel_tol), key).toBe(true);
      }
      for (const [k, wanted] of (one.expected.per_segment as { mix: number; rate: number }[]).entries()) {
        expect(within(found.segments[k]!.mix, wanted.mix, one.rel_tol)).toBe(true);
        expect(within(found.segments[k]!.rate, wanted.rate, one.rel_tol)).toBe(true);
      }
      const against = found.segments.reduce((sum, segment) => sum + segment.mixAgainstAverage, 0);
      expect(against).toBeCloseTo(found.mix, 12);
    });
  }

  for (const one of oracleCases('owen_value')) {
    test(`${one.id} within ${one.rel_tol}`, () => {
      const weights = [3, 2, 1, 1, 1];
      const value: CoalitionValue = (members) =>
        Number(playersOf(members).reduce((sum, p) => sum + weights[p]!, 0) >= 5);
      const division = accepted(owenExact(one.inputs.coalition_structure as number[][], value));
      const wanted = one.expected.value as number[];
      expect(division.values.map((v, i) => within(v, wanted[i]!, one.rel_tol))).toEqual(
        wanted.map(() => true),
      );
    });
  }

  for (const one of oracleCases('kernelshap_weights')) {
    test(`${one.id} within ${one.rel_tol}`, () => {
      for (const [size, weight] of Object.entries(one.expected.weight_by_size as Record<string, number>)) {
        expect(within(kernelShapWeight(one.inputs.M as number, Number(size)), weight, one.rel_tol)).toBe(
          true,
        );
      }
    });
  }

  // The oracle names its games only: the airport of four; synergies 0.1·i·(j + 1) of players i < j; the funnel of three.
  const synergies: CoalitionValue = (members) =>
    playersOf(members).reduce(
      (sum, j) => sum + playersOf(members & (2 ** j - 1)).reduce((s, i) => s + 0.1 * (i + 1) * (j + 2), 0),
      0,
    );
  const product: CoalitionValue = (members) =>
    [
      [1000, 1100],
      [0.05, 0.045],
      [40, 44],
    ].reduce((all, f, i) => all * f[(members >> i) & 1]!, 1);
  const named: Record<string, [number, CoalitionValue]> = {
    airport4: [4, airport],
    pairwise5: [5, synergies],
    product3: [3, product],
  };
  for (const one of oracleCases('shapley_sampling_variance')) {
    test(`${one.id} within ${one.rel_tol}`, () => {
      const found = accepted(walkVariance(...named[one.inputs.game as string]!));
      const wanted = one.expected as Record<string, number[]>;
      // What is 0 but for rounding is compared absolutely.
      const close = (got: readonly number[], want: number[]) =>
        got.map((v, i) =>
          Math.abs(want[i]!) < 1e-20 ? Math.abs(v) < 1e-20 : within(v, want[i]!, one.rel_tol),
        );
      expect(close(found.onePermutation, wanted.var_one_permutation!)).not.toContain(false);
      expect(close(found.antitheticPair, wanted.var_one_antithetic_pair_mean!)).not.toContain(false);
      expect(close(found.ratioAtEqualCost, wanted.ratio_at_equal_cost!)).not.toContain(false);
    });
  }
});

/** Berkeley's admissions: women as baseline, men as treatment, departments as segments. */
function berkeley() {
  const table = oracleTable('ucb/ucb_admissions.csv');
  const frequency = numbersOf(table, 'Freq');
  const column = (name: string) => table.get(name)!;
  const count = (dept: string, gender: string, admitted: boolean) =>
    frequency.reduce((sum, n, row) => {
      const here = column('Dept')[row] === dept && column('Gender')[row] === gender;
      return sum + (here && (!admitted || column('Admit')[row] === 'Admitted') ? n : 0);
    }, 0);
  return ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => ({
    name,
    baseline: { units: count(name, 'Female', false), sum: count(name, 'Female', true) },
    treatment: { units: count(name, 'Male', false), sum: count(name, 'Male', true) },
  }));
}

describe('exact values', () => {
  const games = fc.integer({ min: 1, max: 7 }).chain((players) =>
    fc.record({
      players: fc.constant(players),
      worth: fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
        minLength: 2 ** players,
        maxLength: 2 ** players,
      }),
    }),
  );

  test('sum to the total, and are the mean over all orders of joining', () => {
    fc.assert(
      fc.property(games, ({ players, worth }) => {
        const value: CoalitionValue = (members) => worth[members]!;
        const division = accepted(shapleyExact(players, value));
        const sum = division.values.reduce((a, b) => a + b, 0);
        expect(Math.abs(sum - (worth.at(-1)! - worth[0]!))).toBeLessThan(1e-6);
        const orders = permutations(Array.from({ length: players }, (_, i) => i));
        for (const [player, got] of division.values.entries()) {
          const gain = orders.reduce((total, order) => {
            const before = order.slice(0, order.indexOf(player)).reduce((mask, p) => mask | (1 << p), 0);
            return total + worth[before | (1 << player)]! - worth[before]!;
          }, 0);
          expect(got).toBeCloseTo(gain / orders.length, 4);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('give a player who changes nothing exactly nothing, and alike players alike', () => {
    const division = accepted(
      shapleyExact(3, (members) => 0.1 * ((members & 1) + ((members >> 1) & 1)) ** 2),
    );
    expect(division.values[2]).toBe(0);
    expect(division.values[0]).toBe(division.values[1]);
  });

  test('are refused for no player, too many, and a value that is no number', () => {
    expect(shapleyExact(0, () => 0)).toMatchObject({ refused: 'NO_PLAYERS' });
    expect(shapleyExact(21, () => 0)).toMatchObject({ refused: 'TOO_MANY_PLAYERS' });
    expect(shapleyExact(3, (members) => (members === 5 ? Number.NaN : 1))).toMatchObject({
      refused: 'VALUE_NOT_FINITE',
      missing: expect.stringContaining('{0, 2}'),
    });
  });

  test('of blocks of one are Shapley values', () => {
    const blocks = [[0], [1], [2], [3]];
    expect(accepted(owenExact(blocks, airport)).values).toEqual(accepted(shapleyExact(4, airport)).values);
    expect(owenExact([[0, 1], [1]], airport)).toMatchObject({ refused: 'BAD_STRUCTURE' });
  });
});

describe('walks', () => {
  test('stop at the precision asked for, sum to the total and hold the truth within four standard errors', () => {
    const players = 30;
    const weight = (p: number) => 1 + (p % 5);
    const value = (members: Uint8Array) => Math.sqrt(members.reduce((sum, m, p) => sum + m * weight(p), 0));
    const division = shapley(players, value, { random: lots(3), precision: 0.004, maxPairs: 20_000 });
    if (division.refused || division.method !== 'walks' || !('pairs' in division))
      throw new Error('walks expected');
    expect(division.stopped).toBe('precise');
    expect(Math.max(...division.standardErrors)).toBeLessThanOrEqual(0.004);
    expect(Math.abs(division.efficiencyGap)).toBeLessThan(1e-12);
    // Players of one weight are interchangeable, so their mean value is known far better than each.
    for (let w = 1; w <= 5; w++) {
      const group = division.values.filter((_, p) => weight(p) === w);
      const mean = group.reduce((a, b) => a + b, 0) / group.length;
      for (const v of group) expect(Math.abs(v - mean)).toBeLessThan(0.02);
    }
  });

  test('agree with the exact values, and are exact for pairwise games', () => {
    const synergy: CoalitionValue = (members) => playersOf(members).reduce((sum, p) => sum + p, 0) ** 2;
    const mask = (members: Uint8Array) => members.reduce((bits, m, p) => bits | (m << p), 0);
    const exact = accepted(shapleyExact(8, synergy));
    const sampled = accepted(
      shapleyWalks(8, (members) => synergy(mask(members)), { random: lots(1), maxPairs: 2 }),
    );
    for (const [i, v] of sampled.values.entries()) expect(v).toBeCloseTo(exact.values[i]!, 9);
  });

  test('say when the budget ended them', () => {
    const value = (members: Uint8Array) =>
      Number(members.reduce((sum, m) => sum + m, 0) > 20) + members[0]! * members[1]! * members[2]!;
    const division = accepted(
      shapleyWalks(40, value, { random: lots(9), precision: 1e-9, minPairs: 2, maxPairs: 20 }),
    );
    expect(division).toMatchObject({ stopped: 'budget', pairs: 20 });
  });

  test('in opposite pairs vary less than twice as many single ones wherever gains fall with company', () => {
    const found = accepted(walkVariance(4, airport));
    for (const ratio of found.ratioAtEqualCost) expect(ratio).toBeLessThan(1);
  });
});

describe('value functions', () => {
  const arm = (n: number, mean: number, m2 = n - 1): Moments => ({ n, mean, m2 });
  const cell = (levels: string[], control: Moments, treatment: Moments): LiftCell => ({
    levels,
    control,
    treatment,
  });

  test('composition is nothing when both arms hold the same mix, whatever the lifts', () => {
    const cells = [cell(['n', 'x'], arm(10, 1), arm(20, 5)), cell(['s', 'x'], arm(30, 2), arm(60, -7))];
    const found = accepted(compositionByDimension(['region', 'other'], cells));
    for (const { value } of found.dimensions) expect(value).toBeCloseTo(0, 12);
    expect(found.lift).toBeCloseTo(-4 - 1.75, 12);
  });

  test('heterogeneity goes to the dimension whose lifts differ', () => {
    const cells = ['n', 's'].flatMap((region) =>
      ['web', 'app'].map((device) =>
        cell([region, device], arm(1000, 10), arm(1000, region === 'n' ? 12 : 8)),
      ),
    );
    const found = accepted(heterogeneityByDimension(['region', 'device'], cells));
    expect(found.dimensions[0]!.value).toBeCloseTo(4, 1);
    expect(Math.abs(found.dimensions[1]!.value)).toBeLessThan(0.01);
    expect(found.lift).toBeCloseTo(0, 12);
  });

  test('refuse an arm without units', () => {
    expect(compositionByDimension(['d'], [cell(['a'], arm(0, 0), arm(5, 1))])).toMatchObject({
      refused: 'EMPTY_ARM',
    });
  });

  test('concurrent changes share a synergy evenly, with errors from the cells', () => {
    const cells = [
      { on: [], outcome: arm(100, 10) },
      { on: ['a'], outcome: arm(100, 12) },
      { on: ['b'], outcome: arm(100, 11) },
      { on: ['a', 'b'], outcome: arm(100, 17) },
    ];
    const found = accepted(divideChanges(['a', 'b'], cells));
    expect(found.method).toBe('factorial');
    expect(found.changes.map(({ value }) => value)).toEqual([4, 3]);
    expect(found.changes[0]!.standardError).toBeCloseTo(Math.sqrt(4 * 0.25 * 0.01), 12);
    expect(found.total).toBe(7);
  });

  test('a cell never seen is filled by a regression that says what it assumed', () => {
    const cells = [
      { on: [], outcome: arm(100, 10) },
      { on: ['a'], outcome: arm(100, 12) },
      { on: ['b'], outcome: arm(300, 11) },
    ];
    const found = accepted(divideChanges(['a', 'b'], cells));
    expect(found.method).toBe('regression');
    expect(found.changes.map(({ value }) => value)).toEqual([expect.closeTo(2, 10), expect.closeTo(1, 10)]);
    expect(found.assumedAdditive).toEqual([['a', 'b']]);
  });

  test('the regression answers what the factorial cells do when both apply', () => {
    const cells = [0, 1, 2, 3, 4, 5, 6, 7].map((mask) => ({
      on: ['a', 'b', 'c'].filter((_, i) => (mask >> i) & 1),
      outcome: arm(50 + 10 * mask, 3 * (mask & 1) - ((mask >> 1) & 1) + 2 * (mask & 1) * ((mask >> 2) & 1)),
    }));
    const factorial = accepted(divideChanges(['a', 'b', 'c'], cells));
    const fitted = accepted(divideChanges(['a', 'b', 'c'], cells.slice(0, 7)));
    for (const [i, { value }] of factorial.changes.entries())
      expect(fitted.changes[i]!.value).toBeCloseTo(value, 9);
  });

  test('two changes always on together cannot be told apart, and the refusal names one', () => {
    const cells = [
      { on: [], outcome: arm(100, 10) },
      { on: ['a', 'b'], outcome: arm(100, 12) },
    ];
    expect(divideChanges(['a', 'b'], cells)).toMatchObject({
      refused: 'NOT_IDENTIFIED',
      missing: expect.stringContaining('b was never'),
    });
  });

  test('a segment that only one period has is all mix', () => {
    const found = accepted(
      divideMixRate([
        { name: 'old', baseline: { units: 10, sum: 5 }, treatment: { units: 10, sum: 5 } },
        { name: 'new', baseline: { units: 0, sum: 0 }, treatment: { units: 10, sum: 1 } },
      ]),
    );
    expect(found.rate).toBe(0);
    expect(found.mix).toBeCloseTo(0.3 - 0.5, 12);
    expect(
      divideMixRate([{ name: 'x', baseline: { units: 0, sum: 0 }, treatment: { units: 1, sum: 1 } }]),
    ).toMatchObject({
      refused: 'EMPTY_POPULATION',
    });
  });

  test('scanning forty slices without any effect finds none, and one with an effect finds it', () => {
    const random = lots(12);
    const noise = () => random() + random() + random() - 1.5;
    const make = (lift: number) => {
      const values = Array.from({ length: 400 }, () => lift + noise());
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return arm(
        400,
        mean,
        values.reduce((sum, v) => sum + (v - mean) ** 2, 0),
      );
    };
    const cells = (effect: number) =>
      Array.from({ length: 36 }, (_, i) =>
        cell([`r${i % 6}`, `d${Math.floor(i / 6)}`], make(0), make(i === 7 ? effect : 0)),
      );
    expect(scanSlices(['region', 'device'], cells(0)).filter((slice) => slice.found)).toEqual([]);
    const [first] = scanSlices(['region', 'device'], cells(0.5));
    expect(first).toMatchObject({ where: ['region=r1', 'device=d1'], found: true });
  });
});

describe.skipIf(!oraclesPresent)('value functions on real data (skipped without ../shared)', () => {
  test("Berkeley: departments account for +17.77 of the +14.16 points by which men's admission exceeded women's", () => {
    const bernoulli = (n: number, sum: number) => ({ n, mean: sum / n, m2: sum * (1 - sum / n) });
    const cells = berkeley().map(({ name, baseline, treatment }) => ({
      levels: [name, 'all'],
      control: bernoulli(baseline.units, baseline.sum),
      treatment: bernoulli(treatment.units, treatment.sum),
    }));
    const found = accepted(compositionByDimension(['department', 'university'], cells));
    expect(found.lift).toBeCloseTo(0.14164543, 8);
    expect(found.dimensions[0]!.value).toBeCloseTo(0.17767391, 8);
    expect(found.dimensions[1]!.value).toBeCloseTo(0, 12);
  });

  const table = oraclesPresent ? oracleTable('hillstrom/hillstrom.csv') : new Map<string, string[]>();
  const rowsWhere = (column: string, is: string) =>
    table.get(column)!.flatMap((v, row) => (v === is ? [row] : []));
  const momentsOf = (values: number[]): Moments => {
    const mean = values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
    return { n: values.length, mean, m2: values.reduce((sum, v) => sum + (v - mean) ** 2, 0) };
  };

  test('Hillstrom: two e-mails never sent together are two changes, each worth its own lift', () => {
    const spend = numbersOf(table, 'spend');
    const of = (arm: string) => momentsOf(rowsWhere('segment', arm).map((row) => spend[row]!));
    const cells = [
      { on: [], outcome: of('No E-Mail') },
      { on: ['mens'], outcome: of('Mens E-Mail') },
      { on: ['womens'], outcome: of('Womens E-Mail') },
    ];
    const found = accepted(divideChanges(['mens', 'womens'], cells));
    expect(found.changes[0]!.value).toBeCloseTo(0.769827155894536, 9);
    expect(found.changes[0]!.standardError).toBeCloseTo(0.145246560248687, 9);
    expect(found.assumedAdditive).toEqual([['mens', 'womens']]);
  });

  test("Hillstrom: whether they had bought women's goods decides how the women's e-mail works", () => {
    const visit = numbersOf(table, 'visit');
    const names = ['womens', 'channel', 'newbie', 'zip_code'];
    const keys = new Map<string, { control: number[]; treatment: number[] }>();
    for (const [row, arm] of table.get('segment')!.entries()) {
      if (arm === 'Mens E-Mail') continue;
      const key = names.map((name) => table.get(name)![row]).join('|');
      const there = keys.get(key) ?? { control: [], treatment: [] };
      keys.set(key, there);
      (arm === 'No E-Mail' ? there.control : there.treatment).push(visit[row]!);
    }
    const cells = [...keys].map(([key, { control, treatment }]) => ({
      levels: key.split('|'),
      control: momentsOf(control),
      treatment: momentsOf(treatment),
    }));
    const found = accepted(heterogeneityByDimension(names, cells));
    expect(found.dimensions[0]!.value / found.explained).toBeGreaterThan(0.8);
    const [first] = scanSlices(names, cells);
    expect(first!.found).toBe(true);
    expect(first!.where).toContain('womens=1');
  });
});

function permutations(items: number[]): number[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
