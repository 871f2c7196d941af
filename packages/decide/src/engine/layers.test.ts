import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain } from '../explain/explain.ts';
import type { Arm, Outcome } from '../outcome.ts';
import { applyDelta } from '../snapshot/apply-delta.ts';
import { diffSnapshots } from '../snapshot/diff.ts';
import { advanceSnapshot } from './advance.ts';
import { compileSnapshot } from './compile.ts';
import { type Bodies, encode, headOf, sha256, snapshotOf } from './environment.suite.ts';
import { bind, evaluate, flagReader } from './evaluate.ts';

interface Sketch {
  readonly layer?: { readonly name: string; readonly from: number; readonly to: number };
  readonly holdouts?: readonly string[];
  readonly share?: number;
}

const units = (count: number) => Array.from({ length: count }, (_, i) => `user-${i * 7919}`);

/** A flag and a release of it, climbed to a share, for each sketch. */
function environment(releases: Readonly<Record<string, Sketch>>, others: Bodies = {}): Bodies {
  const bodies: Record<string, unknown> = { ...others };
  for (const [name, { share = 1, ...spec }] of Object.entries(releases)) {
    bodies[`Flag/${name}`] = {
      type: 'string',
      variants: { a: 'old', b: 'new' },
      default: 'a',
      off: 'a',
    };
    const ladder = [{ name: 'all', share: 1, dwell: '1h' }];
    bodies[`Release/${name}-b`] = { flag: name, from: 'a', to: 'b', ladder, ...spec };
    bodies[`Placement/${name}-b`] = { reached: 1, shares: [share], epoch: 1 };
  }
  return bodies;
}

function outcomes(bodies: Bodies, flag: string, population: readonly string[], now = 0): readonly Outcome[] {
  const snapshot = snapshotOf(bodies);
  const read = flagReader(flag);
  return population.map((targetingKey) => read(bind(snapshot, { targetingKey }, now)));
}

const arms = (...args: Parameters<typeof outcomes>): readonly Arm[] =>
  outcomes(...args).map(({ arm }) => arm);
const treated = (...args: Parameters<typeof outcomes>) => arms(...args).map((arm) => arm === 'treatment');

function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0);
}

describe('a layer', () => {
  const population = units(20_000);

  test('keeps its releases apart: no unit is touched by two, whatever their shares', () => {
    const share = fc.constantFrom(0.000001, 0.1, 0.4, 0.5, 0.9, 1);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), share, share, (cut, one, other) => {
        const bodies = environment({
          x: { layer: { name: 'l', from: 0, to: cut / 1e6 }, share: one },
          y: { layer: { name: 'l', from: cut / 1e6, to: 1 }, share: other },
        });
        const some = population.slice(0, 2000);
        const [x, y] = [arms(bodies, 'x', some), arms(bodies, 'y', some)];
        expect(some.filter((_, i) => x[i] !== 'none' && y[i] !== 'none')).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('is used whole by parts that meet: every unit is in exactly one', () => {
    const bodies = environment({
      x: { layer: { name: 'l', from: 0, to: 0.25 } },
      y: { layer: { name: 'l', from: 0.25, to: 0.6 } },
      z: { layer: { name: 'l', from: 0.6, to: 1 } },
    });
    const by = ['x', 'y', 'z'].map((name) => treated(bodies, name, population));
    const counts = by.map((list) => list.filter(Boolean).length);
    expect(population.every((_, i) => by.filter((list) => list[i]).length === 1)).toBe(true);
    // The 99.9 % point of chi-square with 2 degrees of freedom is 13.82 (R: qchisq(0.999, 2)).
    expect(chiSquare(counts, [5000, 7000, 8000])).toBeLessThan(13.82);
  });

  test('leaves shares what they are: within its part a release treats and compares as anywhere (chi-square)', () => {
    const bodies = environment({ x: { layer: { name: 'l', from: 0.2, to: 0.7 }, share: 0.1 } });
    const found = outcomes(bodies, 'x', population);
    const counts = [
      found.filter(({ arm }) => arm === 'treatment').length,
      found.filter(({ arm }) => arm === 'control').length,
      found.filter(({ arm, level }) => arm === 'none' && level === 'all').length,
      found.filter(({ level }) => level === undefined).length,
    ];
    // qchisq(0.999, 3)
    expect(chiSquare(counts, [1000, 1000, 8000, 10_000])).toBeLessThan(16.27);
    expect(new Set(found.map(({ release }) => release))).toEqual(new Set(['x-b']));
  });

  test('lets nobody out as its release grows, in share or in part', () => {
    const share = fc.integer({ min: 0, max: 1_000_000 }).map((n) => n / 1e6);
    const pair = fc.tuple(share, share).map(([a, b]) => (a < b ? ([a, b] as const) : ([b, a] as const)));
    fc.assert(
      fc.property(pair, pair, share, ([small, large], [to, wider], from) => {
        const some = population.slice(0, 1000);
        const start = Math.min(from, to);
        const at = (size: number, end: number) =>
          treated(environment({ x: { layer: { name: 'l', from: start, to: end }, share: size } }), 'x', some);
        const [before, after] = [at(small, to), at(large, wider)];
        expect(some.filter((_, i) => before[i] && !after[i])).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });

  test('says nothing about another layer, nor about a holdout (chi-square over 2 × 2 cells)', () => {
    const half = (name: string) => ({ layer: { name, from: 0, to: 0.5 } });
    const bodies = environment(
      { x: half('one'), y: half('two'), z: { holdouts: ['one'] } },
      { 'Holdout/one': { share: 0.5 } },
    );
    const by = ['x', 'y', 'z'].map((name) => treated(bodies, name, population));
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const cells = [0, 0, 0, 0];
      for (const i of population.keys()) cells[(by[a]![i] ? 2 : 0) + (by[b]![i] ? 1 : 0)]! += 1;
      // qchisq(0.999, 3)
      expect(chiSquare(cells, [5000, 5000, 5000, 5000])).toBeLessThan(16.27);
    }
  });

  test('of a release that says false confines nothing', () => {
    const bodies = environment({ x: { layer: false as never } });
    expect(treated(bodies, 'x', units(50)).every(Boolean)).toBe(true);
  });
});

describe('a holdout', () => {
  const population = units(20_000);
  const held = (bodies: Bodies, flag: string, now = 0) =>
    treated(bodies, flag, population, now).map((is) => !is);

  test('is of the same units for every release that names it, at every time', () => {
    const bodies = environment(
      { x: { holdouts: ['h'] }, y: { holdouts: ['h'] }, free: {} },
      { 'Holdout/h': { share: 0.1 } },
    );
    const out = held(bodies, 'x');
    expect(held(bodies, 'y')).toEqual(out);
    expect(held(bodies, 'x', Date.parse('2036-01-01'))).toEqual(out);
    expect(held(bodies, 'free').some(Boolean)).toBe(false);
    // Four standard errors of a share of 0.1 of 20,000.
    expect(Math.abs(out.filter(Boolean).length - 2000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.1 * 0.9));
    const held2 = held({ ...bodies, 'Holdout/h': { share: 0.2 } }, 'x');
    expect(out.filter((is, i) => is && !held2[i])).toEqual([]);
  });

  test('keeps its units out of both arms, whatever the share', () => {
    const others = { 'Holdout/h': { share: 0.3 } };
    const out = held(environment({ x: { holdouts: ['h'] } }, others), 'x');
    const climbing = outcomes(environment({ x: { holdouts: ['h'], share: 0.4 } }, others), 'x', population);
    for (const [i, { arm, variant, release, level }] of climbing.entries())
      if (out[i])
        expect({ arm, variant, release, level }).toEqual({
          arm: 'none',
          variant: 'a',
          release: 'x-b',
          level: undefined,
        });
    expect(new Set(climbing.map(({ arm }) => arm))).toEqual(new Set(['treatment', 'control', 'none']));
  });

  test('ends at its instant, which is a boundary of its flags', () => {
    const until = Date.parse('2027-01-01T00:00:00Z');
    const bodies = environment(
      { x: { holdouts: ['h'] }, y: {} },
      { 'Holdout/h': { share: 0.5, until: '2027-01-01T00:00:00Z' } },
    );
    const snapshot = snapshotOf(bodies);
    expect([snapshot.boundaries(0), snapshot.boundaries(until)]).toEqual([until, undefined]);
    expect(snapshot.changedBetween(0, until)).toEqual(['x']);
    expect(held(bodies, 'x', until - 1).filter(Boolean).length).toBeGreaterThan(9000);
    expect(held(bodies, 'x', until).some(Boolean)).toBe(false);
  });

  test('has a unit of its own, without which nothing is decided', () => {
    const bodies = environment(
      { x: { holdouts: ['h'] } },
      {
        'Vocabulary/v': { attributes: { org: { type: 'string' } } },
        'Holdout/h': { share: 0.5, unit: 'org' },
      },
    );
    const snapshot = snapshotOf(bodies);
    const of = (context: Record<string, unknown>) => evaluate(bind(snapshot, context, 0), 'x');
    const byOrg = units(40).map((org) => of({ targetingKey: 'u', org }).arm);
    expect(new Set(byOrg)).toEqual(new Set(['treatment', 'none']));
    expect(new Set(units(40).map((targetingKey) => of({ targetingKey, org: 'o' }).arm)).size).toBe(1);
    expect(of({ targetingKey: 'u' })).toMatchObject({ variant: 'a', error: 'TARGETING_KEY_MISSING' });
  });

  test('that comes, changes or goes is announced for the flags of its releases', () => {
    const named = environment({ x: { holdouts: ['h'] }, y: {} });
    const steps: Bodies[] = [
      { ...named, 'Holdout/h': { share: 0.5 } },
      { ...named, 'Holdout/h': { share: 0.999999 } },
      named,
    ];
    let [at, snapshot] = [named, snapshotOf(named)];
    const treatedNow = () =>
      units(200).filter(
        (targetingKey) => evaluate(bind(snapshot, { targetingKey }, 0), 'x').arm === 'treatment',
      ).length;
    // Whom a holdout would keep out that is not there nobody can tell.
    const seen = [treatedNow()];
    for (const next of steps) {
      const [from, to] = [encode(at), encode(next)];
      const delta = diffSnapshots(from, headOf(from, 1), to, headOf(to, 2));
      const applied = applyDelta(from, headOf(from, 1), delta, sha256);
      if (!applied.ok) throw new Error(applied.message);
      const advanced = advanceSnapshot(snapshot, applied.encoded, delta);
      expect(advanced.changed).toEqual(['x']);
      [at, snapshot] = [next, advanced.snapshot];
      seen.push(treatedNow());
    }
    expect(seen[1]).toBeGreaterThan(60);
    expect([seen[0], seen[2], seen[3]]).toEqual([0, 0, 0]);
  });
});

describe('a receiver', () => {
  const bodies = environment(
    { x: { holdouts: ['h'] }, y: { layer: { name: 'l', from: 0, to: 0.5 } }, z: {} },
    { 'Holdout/h': { share: 0.5 } },
  );

  test('that knows nothing of layers and holdouts is told, and has just their flags off', () => {
    expect(JSON.parse(encode(bodies).manifest)).toMatchObject({
      requires: ['Semantics/holdouts', 'Semantics/layers'],
    });
    expect(snapshotOf(bodies).unsupported).toEqual([]);
    // What such a receiver does with a requirement nobody there has heard of.
    const encoded = encode(bodies);
    const tomorrow = (text: string) => text.replaceAll('Semantics/', 'Semantics/tomorrow-');
    const later = {
      ...encoded,
      manifest: tomorrow(encoded.manifest),
      chunks: new Map([...encoded.chunks].map(([id, chunk]) => [id, tomorrow(chunk)])),
    };
    const { unsupported } = compileSnapshot(later);
    expect(unsupported.map(({ flag, code }) => [flag, code])).toEqual([
      ['x', 'FLAG_UNSUPPORTED'],
      ['y', 'FLAG_UNSUPPORTED'],
    ]);
  });

  test('explains who is kept out, by which salt', () => {
    const snapshot = snapshotOf(bodies);
    const whys = (flag: string) =>
      units(100).map((targetingKey) => explain(bind(snapshot, { targetingKey }, 0), flag).steps.at(-1));
    const out = whys('x').find((step) => step?.taken === false);
    expect(out).toMatchObject({ step: 'release', allocation: { salt: 'holdout/h' } });
    expect(out?.why).toMatch(/^position [\d.]+ % is in the holdout h of 50 %$/);
    const outside = whys('y').find((step) => step?.taken === false);
    expect(outside?.allocation?.salt).toBe('layer/l');
    expect(outside?.why).toMatch(/^position [\d.]+ % is outside its part of the layer l, 0 % to 50 %$/);
  });
});
