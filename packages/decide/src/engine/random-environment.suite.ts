import fc from 'fast-check';
import type { CodeVocabulary } from './code-vocabulary.ts';
import type { Bodies } from './environment.suite.ts';

/** The code that the environments' derived attribute needs. */
export const vocabularies: CodeVocabulary[] = [
  {
    enrichers: [
      { name: 'geo', derive: (read) => ({ 'geo.region': read('user.country') === 'x' ? 'CN' : 'US' }) },
    ],
  },
];
/** A record whose optional parts are there once in so many times. */
function sometimes<T extends Record<string, unknown>>(
  always: { [K in keyof T]: fc.Arbitrary<T[K]> },
  seldom: Record<string, readonly [oneIn: number, arbitrary: fc.Arbitrary<unknown>]>,
): fc.Arbitrary<T> {
  const optional = Object.entries(seldom).map(([key, [oneIn, arbitrary]]) => {
    const absent = { weight: oneIn - 1, arbitrary: fc.constant<unknown>(undefined) };
    return [key, fc.oneof(absent, { weight: 1, arbitrary })] as const;
  });
  return fc
    .record({ ...always, ...Object.fromEntries(optional) } as Record<string, fc.Arbitrary<unknown>>)
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T);
}

const attributes = {
  'user.id': { type: 'string' },
  'user.tier': { type: 'string' },
  'user.country': { type: 'string' },
  'user.age': { type: 'int' },
  'user.score': { type: 'double' },
  'user.paid': { type: 'bool' },
  'user.tags': { type: 'list(string)' },
  'user.since': { type: 'timestamp' },
  'user.any': { type: 'dyn' },
  'geo.region': { type: 'string', derivedBy: 'geo' },
};

const text = fc.constantFrom('x', 'y', 'L5', 'CN', 'a.b', '');
const leaf = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('user.tier', 'user.country', 'geo.region', 'targetingKey', 'user.any'),
      fc.constantFrom('==', '!='),
      text,
    )
    .map(([name, operator, value]) => `${name} ${operator} ${JSON.stringify(value)}`),
  fc
    .tuple(fc.constantFrom('user.tier', 'user.country'), fc.array(text, { maxLength: 4 }))
    .map(([name, values]) => `${name} in ${JSON.stringify(values)}`),
  fc
    .tuple(fc.constantFrom('<', '<=', '>', '>=', '==', '!='), fc.integer({ min: -3, max: 3 }))
    .map(([operator, value]) => `user.age ${operator} ${value}`),
  fc
    .tuple(fc.constantFrom('<', '<=', '>', '>=', '==', '!='), fc.constantFrom('0.0', '1.5', '-2.0'))
    .map(([operator, value]) => `user.score ${operator} ${value}`),
  fc.constantFrom(
    'user.paid',
    'has(user.tier)',
    '!has(user.age)',
    'inSegment("beta")',
    'inSegment("vip")',
    'inSegment("nowhere")',
    '"x" in user.tags',
    'user.tags.exists(t, t.startsWith("x"))',
    'user.tier.contains("L")',
    'user.since > timestamp("2024-01-01T00:00:00Z")',
    'user.age + 1 > 2',
    'user.age / user.age == 1',
    'user.any > 1',
    'user.paid ? user.age > 0 : user.score > 0.0',
    'true',
    'false',
    'size(user.tags) > 1',
    'nobody.knows == 1',
  ),
  // Seldom: a flag that asks what nobody knows is off altogether.
  fc.nat(60).map((n) => (n === 0 ? 'user.tier.nope()' : 'user.age >= 0')),
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc
      .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
      .map((parts) => `(${parts.join(' ')})`),
    tie('condition').map((inner) => `!(${inner})`),
  ),
}));

const variant = fc.constantFrom('v0', 'v0', 'v1', 'v2');
const share = fc.constantFrom(0, 0.000001, 0.1, 0.5, 0.9, 1);
const split = fc
  .record({ v0: fc.nat(9), v1: fc.nat(9), v2: fc.nat(9) }, { requiredKeys: [] })
  .filter((weights) => Object.values(weights).some((weight) => weight > 0));
const serve = fc.oneof(
  fc.record({ variant }),
  fc.record({ share, variant }),
  fc.record({ share, variant, salt: fc.constant('common') }),
  fc.record({ split }),
  fc.constant({ table: 'pools' }),
  fc.constant({ table: 'nowhere' }),
);
const action = fc.constantFrom({ deny: true }, { throttle: 5 }, { degrade: 'spare' });
const rule = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      { when: condition, onError: fc.constantFrom('skip', 'match'), serve },
      { requiredKeys: ['serve'] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ when: condition, action, serve: fc.record({ variant }) }) },
);
const instant = fc.constantFrom('2026-01-01T00:00:00Z', '2026-06-01T00:00:00+08:00', '2027-01-01T00:00:00Z');
const flag = sometimes(
  { rules: fc.array(rule, { maxLength: 5 }), default: variant, off: variant },
  {
    validity: [8, fc.record({ from: instant, until: instant }, { requiredKeys: [] })],
    unit: [3, fc.constantFrom('user.id', 'user.age', 'user.any', 'geo.region')],
    prerequisites: [
      5,
      fc.array(fc.record({ flag: fc.constantFrom('g', 'h', 'h', 'f', 'nobody'), variant }), { maxLength: 2 }),
    ],
  },
).map((spec) => ({
  type: 'object',
  variants: { v0: { a: 1 }, v1: 'one', v2: [2] },
  ...spec,
  rules: spec.rules.map((one, i) => ({ id: `r${i}`, ...one })),
}));

const until = fc.constantFrom(Date.parse('2026-01-01'), Date.parse('2027-01-01'));
const target = fc.record(
  { variant: fc.constantFrom('v0', 'v1', 'v9'), until },
  { requiredKeys: ['variant'] },
);
const override = sometimes(
  {},
  {
    kill: [5, fc.record({ until }, { requiredKeys: [] })],
    targets: [2, fc.dictionary(fc.constantFrom('u1', 'u2', 'x', '7'), target)],
  },
);
const ladder = fc
  .array(
    sometimes(
      { share },
      { when: [2, condition], steps: [3, fc.array(fc.record({ share }), { maxLength: 2 })] },
    ),
    { minLength: 2, maxLength: 4 },
  )
  .map((levels) => levels.map((level, i) => ({ name: `level${i}`, dwell: '1h', ...level })));
const layer = fc
  .record({ name: fc.constantFrom('one', 'two'), ends: fc.tuple(share, share) })
  .map(({ name, ends: [a, b] }) => ({ name, from: Math.min(a, b), to: Math.max(a, b) }));
const release = sometimes(
  { flag: fc.constantFrom('f', 'f', 'g'), from: variant, to: variant, ladder },
  {
    layer: [3, fc.oneof({ weight: 4, arbitrary: layer }, { weight: 1, arbitrary: fc.constant(false) })],
    holdouts: [2, fc.constantFrom(['out'], ['out'], ['away', 'out'], ['out', 'away'], ['out', 'nowhere'])],
  },
);
const holdout = sometimes(
  { share: fc.constantFrom(0.000001, 0.5, 0.9, 0.9) },
  { unit: [3, fc.constantFrom('user.id', 'user.age', 'geo.region', 'nobody')], until: [3, instant] },
);
const placement = sometimes(
  {
    reached: fc.integer({ min: 0, max: 4 }),
    shares: fc.array(share, { minLength: 2, maxLength: 4 }),
    epoch: fc.oneof(fc.constant(0), fc.nat(9)),
  },
  { except: [3, fc.array(fc.record({ when: condition, share }), { maxLength: 2 })] },
);
const cell = fc.oneof(text, fc.record({ in: fc.array(text, { minLength: 1 }) }), fc.record({ prefix: text }));
const table = fc
  .array(
    fc.record(
      { tier: cell, age: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.record({ from: fc.constant(0) })) },
      { requiredKeys: [] },
    ),
    {
      maxLength: 6,
    },
  )
  .chain((matches) =>
    fc
      .array(fc.oneof(fc.record({ variant: fc.constantFrom('v0', 'v1', 'v9') }), fc.record({ split })), {
        minLength: matches.length,
        maxLength: matches.length,
      })
      .map((serves) => ({
        dimensions: [
          { name: 'tier', attribute: 'user.tier', weight: 30 },
          { name: 'age', attribute: 'user.age', weight: 20 },
        ],
        rows: matches.map((match, i) => ({ id: `row${i}`, match, serve: serves[i] })),
      })),
  );
const segment = fc.record(
  {
    when: condition,
    ids: fc.array(fc.constantFrom('u1', 'u2', '7')),
    exclude: fc.array(fc.constantFrom('u2', 'u3')),
    unit: fc.constantFrom('user.id', 'user.age'),
  },
  { requiredKeys: [] },
);

/** Environments of up to three flags, f, g and h, with all that can bear upon them. */
export const environment: fc.Arbitrary<Bodies> = sometimes(
  { 'Flag/f': flag, 'Flag/g': flag },
  {
    'Flag/h': [2, flag],
    'Override/f': [3, override],
    'Override/h': [4, override],
    'Release/r': [1, release],
    'Release/s': [4, release],
    'Placement/r': [1, placement],
    'Placement/s': [2, placement],
    'Holdout/out': [1, holdout],
    'Holdout/away': [1, holdout],
    'Segment/beta': [2, segment],
    'Segment/vip': [2, segment],
    'Table/pools': [2, table],
  },
).map((bodies) => ({ 'Vocabulary/v': { attributes }, ...bodies }));

const attributeValue = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      1.5,
      true,
      false,
      null,
      ['x', 'y'],
      [],
      '2025-01-01T00:00:00Z',
      {},
      Number.NaN,
      2 ** 60,
    ),
  },
);
const user = fc.record(
  {
    id: fc.constantFrom('u1', 'u2', '', 7),
    tier: attributeValue,
    country: text,
    age: attributeValue,
    score: fc.oneof(fc.double({ min: -3, max: 3, noNaN: true }), attributeValue),
    paid: fc.oneof(fc.boolean(), attributeValue),
    tags: fc.oneof(fc.array(text), attributeValue),
    since: fc.constantFrom('2023-01-01T00:00:00Z', '2025-01-01T00:00:00Z', 'never'),
    any: attributeValue,
  },
  { requiredKeys: [] },
);
/** Contexts with values of right and wrong types, nested and under dotted keys. */
export const context: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    targetingKey: fc.constantFrom('u1', 'u2', 'u3', 'x', '', 7),
    user,
    'user.tier': attributeValue,
    'geo.region': text,
  },
  { requiredKeys: [] },
);
/** Instants before, between and after those of the environments. */
export const now: fc.Arbitrary<number> = fc.constantFrom(
  Date.parse('2025-06-01'),
  Date.parse('2026-03-01'),
  Date.parse('2026-09-01'),
  Date.parse('2028-01-01'),
);
