import type { Cell, JsonValue, Resource, Serve } from '@ombre/decide/model';
import fc, { type Arbitrary } from 'fast-check';

const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,8}$/);
const label = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,6}$/),
  fc.constantFrom('on', 'off', '1', 'true', 'null', '1e3', '0x1'),
);
const attribute = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,5}(\.[A-Za-z][A-Za-z0-9]{0,5}){0,2}$/);
const text = fc.string({ maxLength: 30 }).filter((one) => !one.includes('\0'));
const share = fc.integer({ min: 0, max: 1_000_000 }).map((millionths) => millionths / 1_000_000);
const duration = fc
  .tuple(fc.nat(1000), fc.constantFrom('ms', 's', 'm', 'h', 'd'))
  .map((parts) => parts.join(''));
const condition = fc.constantFrom(
  'user.tier == "L5"',
  "a in ['x', 'y']",
  'true\n  && b',
  'x > 1.0 # no',
  'm: "n"',
);
const optional = { requiredKeys: [] as [] };

const variant = fc.record({ variant: label });
const split = fc.record(
  { split: fc.dictionary(label, fc.nat(100), { minKeys: 1, maxKeys: 3 }), salt: fc.constantFrom('s', 'a b') },
  { requiredKeys: ['split'] },
);
const serve: Arbitrary<Serve> = fc.oneof(
  variant,
  split,
  fc.record({ share, variant: label }),
  fc.record({ table: name }),
);
const rule = fc.oneof(
  fc.record({ id: name, when: condition, doc: text, serve }, { requiredKeys: ['id', 'serve'] }),
  fc.record({
    id: name,
    action: fc.oneof(
      fc.constant({ deny: true }),
      fc.record({ throttle: fc.integer({ min: 1, max: 99 }) }),
      fc.record({ degrade: name }),
    ),
    serve: variant,
  }),
);
const json = fc
  .jsonValue({ maxDepth: 3 })
  .filter(
    (value) =>
      !/"(?:__proto__|<<)"|\\u0000|-0|e\+?(?:1[6-9]|[2-9]\d|\d{3})/.test(JSON.stringify(value)) &&
      exact(value),
  ) as Arbitrary<JsonValue>;

/** Whether a reader that keeps integers exactly can keep it. */
function exact(value: unknown): boolean {
  if (typeof value === 'number')
    return !Object.is(value, -0) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  return typeof value !== 'object' || value === null || Object.values(value).every(exact);
}

const cell: Arbitrary<Cell> = fc.oneof(
  fc.constantFrom('*', 'x', 5, 0.5, true),
  fc.record({ in: fc.array(fc.oneof(text, fc.nat()), { minLength: 1, maxLength: 3 }) }),
  fc.record({ from: fc.nat(), to: fc.nat() }, optional),
  fc.record({ prefix: fc.constantFrom('a', 'a b') }),
);

const specs = {
  Vocabulary: fc.record({
    attributes: fc.dictionary(
      attribute,
      fc.record(
        {
          type: fc.constantFrom('string', 'int', 'list(string)'),
          given: fc.boolean(),
          doc: text,
          values: fc.array(text, { minLength: 1, maxLength: 3 }),
        },
        { requiredKeys: ['type'] },
      ),
      { maxKeys: 3 },
    ),
  }),
  Flag: fc.record(
    {
      type: fc.constantFrom('boolean', 'string', 'number', 'object'),
      doc: text,
      variants: fc.dictionary(label, json, { maxKeys: 3 }),
      default: label,
      off: label,
      unit: attribute,
      validity: fc.constant({ from: '2026-11-21T08:00:00Z' }),
      prerequisites: fc.array(fc.record({ flag: name, variant: label }), { maxLength: 2 }),
      rules: fc.array(rule, { maxLength: 4 }),
      semantics: fc.constant(1),
    },
    { requiredKeys: ['type', 'variants', 'default', 'off'] },
  ),
  Segment: fc.record(
    {
      doc: text,
      when: condition,
      ids: fc.array(
        fc.string({ minLength: 1, maxLength: 9 }).filter((id) => !id.includes('\0')),
        { maxLength: 20 },
      ),
      unit: attribute,
    },
    optional,
  ),
  Table: fc.record({
    dimensions: fc.array(fc.record({ name, attribute, weight: fc.integer({ min: 1, max: 50 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
    rows: fc.array(
      fc.record({
        id: name,
        match: fc.dictionary(name, cell, { maxKeys: 3 }),
        serve: fc.oneof(variant, split),
      }),
      { maxLength: 4 },
    ),
  }),
  Upstream: fc.record(
    {
      endpoints: fc.array(
        fc.record(
          { url: fc.constantFrom('http://a:8080/x?y=1#z', 'https://[::1]/'), weight: fc.nat(9) },
          { requiredKeys: ['url'] },
        ),
        { minLength: 1, maxLength: 3 },
      ),
      timeout: duration,
      fallback: name,
    },
    { requiredKeys: ['endpoints'] },
  ),
  Holdout: fc.record(
    {
      doc: text,
      share: fc.constantFrom(0.05, 0.999999),
      unit: attribute,
      until: fc.constant('2027-01-01T00:00:00Z'),
    },
    { requiredKeys: ['share'] },
  ),
  Release: fc.record(
    {
      flag: name,
      from: label,
      to: label,
      onChange: fc.constantFrom('refuse', 'restart', 'carry-on'),
      ladder: fc.array(
        fc.record(
          {
            name: label,
            when: condition,
            share,
            dwell: duration,
            before: fc.constantFrom(
              [{ name: 'a', do: { url: 'http://a/do', body: { n: 1 } }, undo: { url: 'http://a/undo' } }],
              [
                {
                  name: 'b',
                  try: { url: 'http://b' },
                  confirm: { url: 'http://b' },
                  cancel: { url: 'http://b' },
                },
              ],
            ),
          },
          { requiredKeys: ['name', 'share', 'dwell'] },
        ),
        { minLength: 1, maxLength: 4 },
      ),
      layer: fc.oneof(fc.constant(false), fc.record({ name, from: share, to: share })),
      holdouts: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
      guards: fc.array(
        fc.constantFrom({ errorRate: { max: 0.05 } }, { latency: { over: '1.2s', share: 0.01 } }),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: ['flag', 'from', 'to', 'ladder'] },
  ),
} as const;

const metadata = fc.record(
  { name, doc: text, labels: fc.dictionary(label, text, { maxKeys: 2 }) },
  { requiredKeys: ['name'] },
);

/** Resources of every kind whose shape is right; what they say need make no sense. */
export const randomResource: Arbitrary<Resource> = fc
  .constantFrom(...(Object.keys(specs) as (keyof typeof specs)[]))
  .chain((kind) =>
    fc.record(
      {
        apiVersion: fc.constant('ombre.dev/v1'),
        kind: fc.constant(kind),
        metadata,
        spec: specs[kind] as Arbitrary<unknown>,
      },
      { noNullPrototype: true },
    ),
  )
  // Without the null prototypes that fast-check gives some objects, which no JSON has.
  .map((resource) => JSON.parse(JSON.stringify(resource)) as Resource);
