import { bind, evaluate } from '@ombre/decide';
import type { FlagSpec, JsonValue, Resource, Rule, Specs } from '@ombre/decide/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomResource } from '../schema/random-resource.suite.ts';
import { trialSnapshot } from '../trial-snapshot.ts';
import { computedMovement } from './computed-movement.ts';
import { diffResources } from './diff-resources.ts';

const resource = <K extends keyof Specs>(kind: K, name: string, spec: Specs[K]): Resource =>
  ({ apiVersion: 'ombre.dev/v1', kind, metadata: { name }, spec }) as unknown as Resource;
const base: FlagSpec = { type: 'string', variants: { a: 'x', b: 'y', c: 'z' }, default: 'a', off: 'a' };
const flag = (...rules: Rule[]): FlagSpec => ({ ...base, rules });
const split = (weights: Record<string, number>) => flag({ id: 'mix', serve: { split: weights } });
const share = (of: number) => flag({ id: 'some', serve: { share: of, variant: 'b' } });

/** The share of twenty thousand units that the engine gives another variant. */
function measured(from: FlagSpec, to: FlagSpec): number {
  const [before, after] = [from, to].map((spec) =>
    trialSnapshot([{ kind: 'Flag', name: 'f', body: spec as unknown as JsonValue }], []),
  );
  const units = 20_000;
  let moved = 0;
  for (let unit = 0; unit < units; unit++) {
    const context = { targetingKey: `u${unit}` };
    if (evaluate(bind(before!, context, 0), 'f').variant !== evaluate(bind(after!, context, 0), 'f').variant)
      moved++;
  }
  return moved / units;
}

describe('the difference of resources', () => {
  test('lists deletions first, then changes, then additions, each by key', () => {
    const segment = (name: string, id: string) => resource('Segment', name, { ids: [id] });
    const from = [segment('z', '1'), segment('a', '1'), segment('m', '1'), segment('same', '1')];
    const to = [segment('m', '2'), segment('b', '1'), segment('same', '1')];
    expect(diffResources(from, to).map(({ key, change }) => `${change} ${key}`)).toEqual([
      'removed Segment/a',
      'removed Segment/z',
      'changed Segment/m',
      'added Segment/b',
    ]);
  });

  test('names entries of lists by their ids, whatever their index', () => {
    const rule = (id: string, when: string): Rule => ({ id, when, serve: { variant: 'b' } });
    const from = resource('Flag', 'f', flag(rule('one', 'a'), rule('two', 'b'), rule('three', 'c')));
    const to = resource('Flag', 'f', flag(rule('zero', 'z'), rule('three', 'c'), rule('one', 'aa')));
    expect(diffResources([from], [to], { estimates: 0 })[0]?.paths).toEqual([
      { path: 'spec.rules.one.when', from: 'a', to: 'aa' },
      { path: 'spec.rules.two', from: rule('two', 'b') },
      { path: 'spec.rules.zero', to: rule('zero', 'z') },
      { path: 'spec.rules', from: ['one', 'two', 'three'], to: ['zero', 'three', 'one'] },
    ]);
  });

  test('counts the ids of long lists instead of repeating them', () => {
    const ids = (from: number) =>
      resource('Segment', 's', { ids: Array.from({ length: 1000 }, (_, at) => `u${from + at}`) });
    expect(diffResources([ids(0)], [ids(2)])[0]?.paths).toEqual([
      { path: 'spec.ids.u0', from: 'u0' },
      { path: 'spec.ids.u1', from: 'u1' },
      { path: 'spec.ids.u1000', to: 'u1000' },
      { path: 'spec.ids.u1001', to: 'u1001' },
    ]);
    expect(diffResources([ids(0)], [ids(500)])[0]?.paths).toEqual([
      { path: 'spec.ids', from: { entries: 1000, removed: 500 }, to: { entries: 1000, added: 500 } },
    ]);
  });

  test('is empty exactly between equal resources', () => {
    fc.assert(
      fc.property(randomResource, randomResource, (one, other) => {
        expect(diffResources([one], [JSON.parse(JSON.stringify(one)) as Resource])).toEqual([]);
        if (one.kind === other.kind && one.metadata.name === other.metadata.name) return;
        expect(diffResources([one], [other], { estimates: 0 })).toHaveLength(2);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the share of units that move', () => {
  test.each([
    ['a share that grows', share(0.1), share(0.35)],
    ['a share that shrinks', share(0.35), share(0.1)],
    ['one weight', split({ a: 50, b: 50 }), split({ a: 50, b: 25 })],
    ['a new variant', split({ a: 50, b: 50 }), split({ a: 50, b: 50, c: 50 })],
    ['weights in proportion', split({ a: 1, b: 1 }), split({ a: 2, b: 2 })],
    ['all weights', split({ a: 60, b: 30, c: 10 }), split({ a: 10, b: 30, c: 60 })],
    ['words alone', { ...share(0.1), doc: 'x' }, share(0.1)],
  ])('is computed for %s as the engine moves them', (_, from, to) => {
    const movement = computedMovement('f', from, to);
    const moved = measured(from, to);
    expect(movement?.basis).toBe('computed');
    // Five standard errors of a share of twenty thousand units.
    const error = 5 * Math.sqrt(0.25 / 20_000);
    expect(moved).toBeGreaterThan((movement?.share ?? 1) - error);
    expect(moved).toBeLessThan((movement?.atMost ?? movement?.share ?? 0) + error);
  });

  test('is estimated where conditions changed, and says so', () => {
    const vocabulary = resource('Vocabulary', 'v', {
      attributes: { tier: { type: 'string', values: ['L1', 'L3', 'L5'] } },
    });
    const when = (condition: string) =>
      resource('Flag', 'f', flag({ id: 'r', when: condition, serve: { variant: 'b' } }));
    const [diff] = diffResources(
      [vocabulary, when('tier == "L5"')],
      [vocabulary, when('tier in ["L3", "L5"]')],
    );
    expect(diff?.moves).toMatchObject([{ flag: 'f', basis: 'estimated' }]);
    // Tiers are drawn evenly from L1, L3, L5, another and none: a fifth is in L3.
    expect(diff?.moves?.[0]?.share).toBeGreaterThan(0.16);
    expect(diff?.moves?.[0]?.share).toBeLessThan(0.24);
  });

  test('is told at the segment or table that changed, for each flag that leans on it', () => {
    const vocabulary = resource('Vocabulary', 'v', { attributes: { tier: { type: 'string' } } });
    const leaning = resource('Flag', 'f', flag({ id: 'r', when: 'inSegment("s")', serve: { variant: 'b' } }));
    const segment = (tier: string) => resource('Segment', 's', { when: `tier == "${tier}"` });
    const diffs = diffResources([vocabulary, leaning, segment('L1')], [vocabulary, leaning, segment('L5')]);
    expect(diffs.map(({ key, moves }) => [key, moves?.map(({ flag }) => flag)])).toEqual([
      ['Segment/s', ['f']],
    ]);
    expect(diffs[0]?.moves?.[0]?.share).toBeGreaterThan(0.3);
  });

  test('a removed flag moves everybody, an added one nobody', () => {
    const one = resource('Flag', 'f', base);
    expect(diffResources([one], [])[0]?.moves).toMatchObject([{ share: 1, basis: 'computed' }]);
    expect(diffResources([], [one])[0]?.moves).toBeUndefined();
  });

  test('is the same each time it is estimated', () => {
    const vocabulary = resource('Vocabulary', 'v', { attributes: { n: { type: 'int' } } });
    const when = (condition: string) =>
      resource('Flag', 'f', flag({ id: 'r', when: condition, serve: { split: { a: 1, b: 1 } } }));
    const diff = () => diffResources([vocabulary, when('n > 5')], [vocabulary, when('n > 6')]);
    expect(diff()).toEqual(diff());
  });
});
