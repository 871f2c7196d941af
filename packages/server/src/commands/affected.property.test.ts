import type { Resource } from '@ombre/decide/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openMemoryStore } from '../store/memory-store.ts';
import type { ApplyResult } from './commands.ts';
import { flag, openTestControl, release, resource, testClock, testKeyring } from './control.suite.ts';
import { declaredChecks } from './open-control.ts';

const keyOf = (one: Resource): string => `${one.kind}/${one.metadata.name}`;
const names = fc.constantFrom('a', 'b', 'c');
const variants = fc.constantFrom('v1', 'v2', 'v3');
const conditions = fc.constantFrom(
  'inSegment("a")',
  'inSegment("b") && tier == "L5"',
  'tier == "L1"',
  'tier == 5',
  'teir == "L1"',
  'tier == ((',
);

/** Resources that stand on each other in every way, mostly well, sometimes not. */
const anyResource: fc.Arbitrary<Resource> = fc.oneof(
  fc
    .record({
      name: names,
      to: variants,
      when: fc.option(conditions),
      asks: fc.option(names),
      table: fc.boolean(),
    })
    .map(({ name, to, when, asks, table }) =>
      flag(name, {
        ...(asks === null ? {} : { prerequisites: [{ flag: asks, variant: 'v1' }] }),
        rules: [
          { id: 'one', ...(when === null ? { when: 'tier == "L3"' } : { when }), serve: { variant: to } },
          ...(table ? [{ id: 'two', serve: { table: 't' } }] : []),
        ],
      }),
    ),
  fc.record({ name: names, when: conditions }).map(({ name, when }) => resource('Segment', name, { when })),
  fc.record({ to: variants }).map(({ to }) =>
    resource('Table', 't', {
      dimensions: [{ name: 'tier', attribute: 'tier', weight: 1 }],
      rows: [{ id: 'r', match: { tier: 'L1' }, serve: { variant: to } }],
    }),
  ),
  fc
    .record({
      name: names,
      of: names,
      to: variants,
      layer: fc.option(fc.constantFrom([0, 0.5], [0.5, 1], [0.4, 0.6])),
      holdouts: fc.option(fc.constant(['h'])),
    })
    .map(({ name, of, to, layer, holdouts }) =>
      release(name, of, {
        to,
        ...(layer === null ? {} : { layer: { name: 'l', from: layer[0] ?? 0, to: layer[1] ?? 1 } }),
        ...(holdouts === null ? {} : { holdouts }),
      }),
    ),
  fc.constantFrom(0.1, 0.2).map((share) => resource('Holdout', 'h', { share })),
  fc
    .constantFrom('string', 'int')
    .map((type) => resource('Vocabulary', 'v', { attributes: { tier: { type } } })),
);
const change = fc.record({
  puts: fc.uniqueArray(anyResource, { selector: keyOf, maxLength: 2 }),
  drop: fc.option(fc.nat({ max: 9 })),
});

/** Where everything stands on something and nothing is wrong. */
const base: readonly Resource[] = [
  resource('Vocabulary', 'v', { attributes: { tier: { type: 'string' } } }),
  resource('Segment', 'a', { when: 'inSegment("b")' }),
  resource('Segment', 'b', { when: 'tier == "L1"' }),
  resource('Table', 't', {
    dimensions: [{ name: 'tier', attribute: 'tier', weight: 1 }],
    rows: [{ id: 'r', match: { tier: 'L1' }, serve: { variant: 'v2' } }],
  }),
  flag('a', { rules: [{ id: 'one', when: 'inSegment("a")', serve: { variant: 'v2' } }] }),
  flag('b', { prerequisites: [{ flag: 'a', variant: 'v1' }], rules: [{ id: 'one', serve: { table: 't' } }] }),
  flag('c', { prerequisites: [{ flag: 'b', variant: 'v1' }] }),
  release('a', 'a'),
];

function verdict(result: ApplyResult): unknown {
  if (result.ok) return { revision: result.revision };
  const found = result.code === 'INVALID' ? result.issues.filter(({ severity }) => severity === 'error') : [];
  return {
    code: result.code,
    found: found.map(({ code, resource: of, path }) => `${of} ${path} ${code}`).toSorted(),
  };
}

test('checking what a change can affect comes to the same errors as checking everything', async () => {
  let refused = 0;
  const codes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 3, maxLength: 14 }), async (changes) => {
      const open = (scopeAbove: number) =>
        openTestControl(
          openMemoryStore(() => 0),
          testClock(),
          testKeyring(),
          { ...declaredChecks(), scopeAbove },
        );
      const [all, some] = [await open(Number.POSITIVE_INFINITY), await open(0)];
      let present: readonly string[] = [];
      for (const { puts, drop } of [{ puts: base, drop: null }, ...changes]) {
        const put = new Set(puts.map(keyOf));
        const gone = present.filter((key, index) => index === drop && !put.has(key));
        const [wide, narrow] = [await all.api(puts, gone), await some.api(puts, gone)];
        expect(verdict(narrow)).toEqual(verdict(wide));
        if (!wide.ok) refused += 1;
        if (!wide.ok && wide.code === 'INVALID') for (const { code } of wide.issues) codes.add(code);
        present = (all.views.resources('judge/production') ?? []).map((row) => keyOf(row.resource));
      }
    }),
    // The same draws each time: what they come to is counted below.
    { numRuns: 120, seed: 1 },
  );
  expect(refused).toBeGreaterThan(100);
  expect([...codes]).toEqual(expect.arrayContaining(['LAYER_OVERLAP', 'UNKNOWN_HOLDOUT']));
});
