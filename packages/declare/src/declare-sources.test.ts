import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkResources } from './check/check-resources.ts';
import { createDeclarer, declareSources } from './declare-sources.ts';
import type { SourceFile } from './source/source-file.ts';
import { finish } from './steps.ts';

const head = (kind: string, name: string) =>
  `apiVersion: ombre.dev/v1\nkind: ${kind}\nmetadata: { name: ${name} }\n`;

const names = fc.constantFrom('a', 'b', 'c');
const condition = fc.constantFrom(
  'user.tier == "L5"',
  'user.teir == "L5"',
  'user.age > 18',
  'user.age > "x"',
  'inSegment("a")',
  'inSegment("b") && user.tier == "L1"',
  '1 > 2',
  'true',
  'user.tier == "L9"',
);

const flag = fc
  .record({
    name: names,
    other: names,
    table: names,
    when: condition,
    variant: fc.constantFrom('on', 'off', 'new'),
    extra: fc.constantFrom('', 'colour: red', 'unit: user.id'),
    prerequisite: fc.boolean(),
  })
  .map(({ name, other, table, when, variant, extra, prerequisite }) =>
    [
      `${head('Flag', name)}spec:`,
      'type: boolean',
      'variants: { on: true, off: false }',
      'default: off',
      'off: off',
      extra,
      prerequisite ? `prerequisites: [{ flag: ${other}, variant: ${variant} }]` : '',
      'rules:',
      `  - { id: first, when: '${when}', serve: { variant: ${variant} } }`,
      `  - { id: second, when: '${when}', serve: { table: ${table} } }`,
    ]
      .filter((line) => line !== '')
      .join('\n  ')
      .concat('\n'),
  );
const segment = fc
  .record({ name: names, when: condition, beside: fc.boolean() })
  .map(({ name, when, beside }) =>
    beside
      ? `${head('Segment', name)}spec: { idsFile: ids.txt }\n`
      : `${head('Segment', name)}spec: { when: '${when}' }\n`,
  );
const table = fc
  .record({ name: names, attribute: fc.constantFrom('user.tier', 'user.age'), variant: names })
  .map(
    ({ name, attribute, variant }) =>
      `${head('Table', name)}spec:\n  dimensions: [{ name: d, attribute: ${attribute} }]\n  rows: [{ id: r, match: { d: L5 }, serve: { variant: ${variant} } }]\n`,
  );
const release = fc
  .record({ name: names, flag: names, to: fc.constantFrom('on', 'new'), when: condition })
  .map(
    ({ name, flag: of, to, when }) =>
      `${head('Release', name)}spec:\n  flag: ${of}\n  from: off\n  to: ${to}\n  ladder: [{ name: l, when: '${when}', share: 0.5, dwell: 1h }, { name: all, share: 1, dwell: 1h }]\n`,
  );
const vocabulary = fc
  .constantFrom('string', 'int', 'strin', 'double')
  .map(
    (type) =>
      `${head('Vocabulary', 'v')}spec:\n  attributes:\n    user.id: { type: string }\n    user.tier: { type: string, values: [L1, L5] }\n    user.age: { type: ${type} }\n`,
  );
const broken = fc.constantFrom(
  '',
  'kind: Flag\n',
  '{',
  '- 1\n',
  'a: &x [*x]\n',
  `${head('Flog', 'a')}spec: {}\n`,
);
const document = fc.oneof(
  { weight: 4, arbitrary: flag },
  { weight: 2, arbitrary: segment },
  { weight: 1, arbitrary: table },
  { weight: 1, arbitrary: release },
  { weight: 2, arbitrary: vocabulary },
  { weight: 1, arbitrary: broken },
);
const text = fc.array(document, { minLength: 1, maxLength: 3 }).map((documents) => documents.join('---\n'));
/** What somebody does to the files: writes one, or takes it away. */
const edit = fc.oneof(
  fc.record({ path: fc.constantFrom('a.yaml', 'b.yaml', 'c.yaml', 'd.yaml'), text: fc.option(text) }),
  fc.record({ path: fc.constant('ids.txt'), text: fc.constantFrom('one\n', 'one\ntwo\n', null) }),
  fc.record({
    path: fc.constant('ombre.yaml'),
    text: fc.constantFrom('project: p\nenvironment: e\n', '[]\n', null),
  }),
);

interface Said {
  readonly when: string;
  readonly serve: string;
  readonly after: string;
  readonly declared: string;
  readonly age: string;
  readonly doc: number;
}

/** Files whose names stay. */
const said: fc.Arbitrary<Said> = fc.record({
  when: fc.constantFrom('user.tier == "L5"', 'user.age > 18', 'inSegment("s")', 'geo == "CN"', 'geo > 1'),
  serve: fc.constantFrom('variant: on', 'table: t', 'share: 0.5, variant: on'),
  after: fc.constantFrom('', 'prerequisites: [{ flag: f0, variant: on }]', 'unit: user.id', 'unit: geo'),
  declared: fc.constantFrom(
    '',
    'geo: { type: string }',
    'geo: { type: double }',
    'geo: { type: string, values: [US] }',
  ),
  age: fc.constantFrom('int', 'string'),
  doc: fc.integer({ min: 0, max: 9 }),
});
const textOf = (path: string, { when, serve, after, declared, age, doc }: Said): string => {
  if (path === 'v.yaml')
    return `${head('Vocabulary', 'v')}spec:\n  attributes:\n    user.id: { type: string }\n    user.tier: { type: string }\n    user.age: { type: ${age} }\n    ${declared}\n`;
  if (path === 's.yaml') return `${head('Segment', 's')}spec: { when: '${when}' }\n`;
  if (path === 't.yaml')
    return `${head('Table', 't')}spec:\n  dimensions: [{ name: d, attribute: user.tier, weight: ${doc + 1} }]\n  rows: [{ id: r, match: { d: L5 }, serve: { variant: on } }]\n`;
  return `${head('Flag', path.slice(0, 2))}spec:\n  doc: d${doc}\n  type: boolean\n  variants: { on: true, off: false }\n  default: off\n  off: off\n  ${after}\n  rules: [{ id: r, when: '${when}', serve: { ${serve} } }]\n`;
};
const paths = ['f0.yaml', 'f1.yaml', 'f2.yaml', 's.yaml', 't.yaml', 'v.yaml'];

const seen = ({ declared, issues }: ReturnType<typeof declareSources>) => ({
  issues,
  resources: declared.resources,
  project: declared.project,
  environment: declared.environment,
});

describe('declaring one state of files after another', () => {
  test('what is read and checked again after each of many edits is what a fresh reading of all would say', () => {
    const issues = new Set<string>();
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), (edits) => {
        const declarer = createDeclarer();
        const files = new Map<string, SourceFile>();
        for (const { path, text: written } of edits) {
          if (written === null) files.delete(path);
          else files.set(path, { path, text: written });
          const state = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
          const again = finish(declarer.declare(state));
          expect(seen(again)).toEqual(seen(declareSources(state)));
          for (const { code } of again.issues) issues.add(code);
        }
      }),
      // The same draws each time: what they come to is counted below.
      { numRuns: 60, seed: 1 },
    );
    // The edits must be such that something is found, of many kinds and between files.
    expect(issues.size).toBeGreaterThan(15);
    for (const code of ['DUPLICATE_RESOURCE', 'UNKNOWN_SEGMENT', 'UNKNOWN_VARIANT', 'CEL_UNKNOWN_ATTRIBUTE'])
      expect(issues).toContain(code);
  });

  test('the same holds where names stay and only what is said of them changes, as in most saves', () => {
    const codes = new Set<string>();
    let clean = 0;
    fc.assert(
      fc.property(
        fc.array(said, { minLength: 6, maxLength: 6 }),
        fc.array(fc.tuple(fc.constantFrom(...paths), said), { minLength: 1, maxLength: 10 }),
        (first, edits) => {
          const declarer = createDeclarer();
          const files = new Map(paths.map((path, i) => [path, { path, text: textOf(path, first[i]!) }]));
          finish(declarer.declare([...files.values()]));
          for (const [path, words] of edits) {
            files.set(path, { path, text: textOf(path, words) });
            const state = [...files.values()];
            const again = finish(declarer.declare(state));
            expect(seen(again)).toEqual(seen(declareSources(state)));
            for (const { code } of again.issues) codes.add(code);
            if (again.issues.length === 0) clean++;
          }
        },
      ),
      // The same draws each time: what they come to is counted below.
      { numRuns: 60, seed: 1 },
    );
    expect(clean).toBeGreaterThan(10);
    for (const code of ['CEL_UNKNOWN_ATTRIBUTE', 'UNKNOWN_LITERAL', 'UNIT_TYPE'])
      expect(codes).toContain(code);
  });

  test('a checker of another set with the same resources says what it would if nobody had found them right', () => {
    let clean = 0;
    const codes = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(said, { minLength: 6, maxLength: 6 }),
        fc.option(fc.nat(5)),
        fc.option(said),
        (words, gone, other) => {
          const files = paths.map((path, i) => ({ path, text: textOf(path, words[i]!) }));
          const first = declareSources(files);
          if (first.issues.length === 0) clean++;
          // Another vocabulary may come first, and so have the last word.
          const beside = other === null ? '' : textOf('v.yaml', other).replace('name: v', 'name: a');
          const set = [
            ...declareSources([{ path: 'a.yaml', text: beside }]).declared.resources,
            ...first.declared.resources.filter((_, i) => i !== gone),
          ];
          const found = checkResources(set);
          expect(found).toEqual(checkResources(structuredClone(set)));
          for (const { code } of found) codes.add(code);
        },
      ),
      { numRuns: 300 },
    );
    expect(clean).toBeGreaterThan(0);
    for (const code of ['UNKNOWN_TABLE', 'UNKNOWN_SEGMENT', 'CEL_WRONG_OPERANDS'])
      expect(codes).toContain(code);
  });

  test('files that stayed give the same objects, so that who compares need not look inside', () => {
    const declarer = createDeclarer();
    const one = { path: 'a.yaml', text: `${head('Segment', 'a')}spec: { ids: [x] }\n` };
    const two = (id: string) => ({ path: 'b.yaml', text: `${head('Segment', 'b')}spec: { ids: [${id}] }\n` });
    const before = finish(declarer.declare([one, two('y')])).declared.resources;
    const after = finish(declarer.declare([{ ...one }, two('z')])).declared.resources;
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toMatchObject({ spec: { ids: ['z'] } });
  });

  test('a large set is read and checked in many slices', () => {
    const files = Array.from({ length: 40 }, (_, i) => ({
      path: `${i}.yaml`,
      text: `${head('Segment', `s${i}`)}spec: { ids: [x] }\n`,
    }));
    const steps = createDeclarer().declare(files);
    let slices = 0;
    while (steps.next().done !== true) slices++;
    expect(slices).toBeGreaterThanOrEqual(80);
  });
});
