import { describe, expect, test } from 'vitest';
import { murmur3 } from '../bucketing/murmur3.ts';
import { globalFunction, overload } from '../cel/function.ts';
import { explain } from '../explain/explain.ts';
import { bandsOf, cutOf } from '../model/release/bands.ts';
import type { Ahead, Outcome } from '../outcome.ts';
import { applyDelta } from '../snapshot/apply-delta.ts';
import { diffSnapshots } from '../snapshot/diff.ts';
import { advanceSnapshot } from './advance.ts';
import type { CompileOptions } from './compile.ts';
import { type Bodies, encode, headOf, sha256, snapshotOf } from './environment.suite.ts';
import { bind, evaluate } from './evaluate.ts';

const units = Array.from({ length: 400 }, (_, i) => `unit-${i * 7919}`);
const group = { name: 'group', when: 'tier == "L3"', share: 0.4, steps: [{ share: 0.1, dwell: '1m' }] };
const ladder = [
  { name: 'developer', when: 'tier == "dev"', share: 1, dwell: '1m' },
  { ...group, dwell: '1h' },
  { name: 'full', share: 1, dwell: '1h' },
];
const developer = { reached: 1, shares: [1], epoch: 1 };

/** A flag whose release reached its first level; the parts written replace these. */
function environment(placement: object | undefined, release: object = {}, others: Bodies = {}): Bodies {
  return {
    'Vocabulary/v': { attributes: { tier: { type: 'string' }, country: { type: 'string' } } },
    'Flag/f': { type: 'string', variants: { a: 'old', b: 'new' }, default: 'a', off: 'a' },
    'Release/r': { flag: 'f', from: 'a', to: 'b', ladder, ...release },
    ...(placement === undefined ? {} : { 'Placement/r': placement }),
    ...others,
  };
}

function outcomes(bodies: Bodies, context: object = { tier: 'L3' }, options?: CompileOptions) {
  const snapshot = snapshotOf(bodies, options);
  return units.map((targetingKey) => evaluate(bind(snapshot, { targetingKey, ...context }, 0), 'f'));
}

const levelsAhead = (all: readonly Outcome[]) => new Set(all.map(({ ahead }) => ahead?.level));

/** By the words of the contract: bands of 0.1 and 0.4 end at 0.1, 0.2, 0.4 and 0.8. */
function bandByHand(unit: string): Ahead | undefined {
  const position = Math.floor(((murmur3(`release/r:${unit}`) >>> 0) / 2 ** 32) * 1e6);
  const ends = [0, 100_000, 200_000, 400_000, 800_000];
  const below = ends.find((end) => position < end);
  return below === undefined
    ? undefined
    : { level: 'group', from: ends[ends.indexOf(below) - 1] ?? 0, below, cut: cutOf(bandsOf(ladder, 1)) };
}

describe('a unit that no reached level holds for', () => {
  test('is counted ahead by its position if the next level holds for it, and served as before', () => {
    const found = outcomes(environment(developer));
    expect(found.map(({ ahead }) => ahead)).toEqual(units.map(bandByHand));
    expect(new Set(found.map(({ ahead }) => ahead?.from))).toEqual(new Set([0, 1e5, 2e5, 4e5, undefined]));
    for (const one of found) {
      expect(one).toMatchObject({ value: 'old', variant: 'a', reason: 'default', arm: 'none', epoch: 1 });
      expect(one.level).toBeUndefined();
    }
    expect(levelsAhead(outcomes(environment(developer), { tier: 'L5' }))).toEqual(new Set([undefined]));
    expect(levelsAhead(outcomes(environment(developer), {}))).toEqual(new Set([undefined]));
  });

  test('shares its outcome with its band: what is made does not grow with who asks', () => {
    const found = new Set(outcomes(environment(developer)));
    expect(found.size).toBe(5);
    expect([...found].every((one) => Object.isFrozen(one) && Object.isFrozen(one.ahead ?? one))).toBe(true);
  });

  test('is then in the very arm that its band is of, at every step', () => {
    const before = outcomes(environment(developer));
    const arms = {
      0.1: { 0: 'treatment', 100000: 'control', 200000: 'none', 400000: 'none' },
      0.4: { 0: 'treatment', 100000: 'treatment', 200000: 'treatment', 400000: 'control' },
    };
    for (const [share, byBand] of Object.entries(arms)) {
      const after = outcomes(environment({ reached: 2, shares: [1, Number(share)], epoch: 2 }));
      for (const [i, { arm, level }] of after.entries()) {
        const from = before[i]?.ahead?.from as keyof typeof byBand | undefined;
        expect([arm, level]).toEqual([from === undefined ? 'none' : byBand[from], 'group']);
      }
    }
  });

  test('is counted before the first level too', () => {
    const first = { ladder: ladder.slice(1) };
    expect(levelsAhead(outcomes(environment(undefined, first)))).toEqual(new Set(['group', undefined]));
  });

  test('without a unit is just outside, not an error', () => {
    const snapshot = snapshotOf(environment(developer));
    const found = evaluate(bind(snapshot, { tier: 'L3' }, 0), 'f');
    expect(found).toMatchObject({ reason: 'default', arm: 'none' });
    expect([found.error, found.ahead]).toEqual([undefined, undefined]);
  });

  test('is told by explain', () => {
    const snapshot = snapshotOf(environment(developer));
    const unit = units.find((one) => bandByHand(one)?.from === 200_000) ?? '';
    const { outcome, steps } = explain(bind(snapshot, { targetingKey: unit, tier: 'L3' }, 0), 'f');
    expect(outcome.ahead).toMatchObject({ level: 'group', from: 200_000, below: 400_000 });
    expect(steps.at(-1)?.why).toMatch(
      /^no reached level admits the unit; position [\d.]+ % is counted ahead, from 20 % to 40 % of level group$/,
    );
  });
});

describe('nobody is counted ahead', () => {
  const nobody = (bodies: Bodies, context?: object, options?: CompileOptions) => {
    const found = outcomes(bodies, context, options);
    expect(levelsAhead(found)).toEqual(new Set([undefined]));
    return found;
  };

  test('of a release that was taken back, or that is over', () => {
    nobody(environment({ reached: 0, shares: [], epoch: 7 }, { ladder: ladder.slice(1) }));
    nobody(environment({ reached: 3, shares: [1, 0.4, 1], epoch: 4 }));
  });

  test('for a level that never has two arms', () => {
    nobody(environment({ reached: 2, shares: [1, 0.4], epoch: 3 }), { tier: 'L5' });
  });

  test('whom a reached level holds for, whatever its arm', () => {
    const everybody = { ladder: [{ name: 'permille', share: 0.001, dwell: '1m' }, ...ladder.slice(1)] };
    nobody(environment({ reached: 1, shares: [0.001], epoch: 1 }, everybody));
  });

  test('from whom a slice was taken back', () => {
    const placement = { ...developer, except: [{ when: 'country == "X"', share: 0.05 }] };
    nobody(environment(placement), { tier: 'L3', country: 'X' });
    expect(levelsAhead(outcomes(environment(placement), { tier: 'L3', country: 'Y' })).size).toBe(2);
  });

  test('whom the release may not touch', () => {
    const layer = { layer: { name: 'l', from: 0, to: 0.3 } };
    const placed = { reached: 2, shares: [1, 0.4], epoch: 2 };
    for (const [release, others] of [
      [layer, {}],
      [{ holdouts: ['h'] }, { 'Holdout/h': { share: 0.6 } }],
    ] as const) {
      const before = outcomes(environment(developer, release, others));
      const after = outcomes(environment(placed, release, others));
      const touched = after.map(({ level }) => level === 'group');
      expect(touched.filter(Boolean).length).toBeGreaterThan(60);
      expect(before.map(({ ahead }) => ahead)).toEqual(
        units.map((unit, i) => (touched[i] === true ? bandByHand(unit) : undefined)),
      );
    }
    nobody(environment(developer, { holdouts: ['gone'] }));
  });

  test('by a condition that cannot be asked, which breaks nothing before its level is reached', () => {
    const throws = globalFunction(
      'throws',
      overload([], 'bool', () => {
        throw new Error('no');
      }),
    );
    for (const when of ['throws()', 'tier ==', 'nobody.knows == 1']) {
      const bodies = environment(developer, { ladder: [ladder[0], { ...group, when, dwell: '1h' }] });
      for (const codegen of [true, false]) {
        const found = nobody(bodies, undefined, { vocabularies: [{ functions: [throws] }], codegen });
        expect(new Set(found.map(({ value }) => value))).toEqual(new Set(['old']));
      }
    }
  });
});

test('a placement that moves by a delta moves who is counted ahead, and names the flag', () => {
  const steps = [undefined, developer, { reached: 2, shares: [1, 0.1], epoch: 2 }];
  const bodies = steps.map((placement) => environment(placement));
  let snapshot = snapshotOf(bodies[0]!);
  const seen = [];
  for (const [i, to] of bodies.entries()) {
    if (i > 0) {
      const [from, next] = [encode(bodies[i - 1]!), encode(to)];
      const delta = diffSnapshots(from, headOf(from, i), next, headOf(next, i + 1));
      const applied = applyDelta(from, headOf(from, i), delta, sha256);
      if (!applied.ok) throw new Error(applied.message);
      const advanced = advanceSnapshot(snapshot, applied.encoded, delta);
      expect(advanced.changed).toEqual(['f']);
      snapshot = advanced.snapshot;
    }
    const found = units.map((targetingKey) => evaluate(bind(snapshot, { targetingKey, tier: 'L3' }, 0), 'f'));
    seen.push([...levelsAhead(found)].filter((level) => level !== undefined));
  }
  expect(seen).toEqual([[], ['group'], []]);
});
