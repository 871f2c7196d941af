import type { FlagSpec, Resource, Specs } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import { declareSources } from '../declare-sources.ts';
import { checkResources } from './check-resources.ts';

const resource = <K extends keyof Specs>(kind: K, name: string, spec: Specs[K]): Resource =>
  ({ apiVersion: 'ombre.dev/v1', kind, metadata: { name }, spec }) as unknown as Resource;
const vocabulary = resource('Vocabulary', 'v', {
  attributes: { 'user.tier': { type: 'string' }, 'user.age': { type: 'int' } },
});
const flag = (spec: Partial<FlagSpec>) =>
  resource('Flag', 'price', {
    type: 'string',
    variants: { a: 'old', b: 'new' },
    default: 'a',
    off: 'a',
    ...spec,
  });
const codesOf = (...resources: Resource[]) =>
  checkResources([vocabulary, ...resources]).map(({ code }) => code);
const b = { variant: 'b' };

describe('checking resources', () => {
  test('resources that came without files are checked too, with paths in place of lines', () => {
    const issues = checkResources([flag({ rules: [{ id: 'r', when: 'user.teir == "x"', serve: b }] })]);
    expect(issues).toMatchObject([
      {
        code: 'CEL_UNKNOWN_ATTRIBUTE',
        file: '',
        line: 0,
        column: 0,
        path: 'spec.rules[0].when',
        resource: 'Flag/price',
      },
    ]);
  });

  test('a malformed rule hides neither the mistakes of others nor makes its flag unknown', () => {
    const text = `apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: price }
spec:
  type: string
  variants: { a: old }
  default: a
  off: a
  rules:
    - { id: one, when: 'nobody.knows == 1', serv: { variant: a } }
    - { id: two, serve: { variant: c } }
---
apiVersion: ombre.dev/v1
kind: Release
metadata: { name: r }
spec: { flag: price, from: a, to: z, ladder: [{ name: all, share: 1, dwell: 1h }] }
`;
    const { issues, declared } = declareSources([{ path: 'a.yaml', text }]);
    expect(issues.map(({ line, column, code, path }) => `${line}:${column} ${code} ${path}`)).toEqual([
      '10:25 CEL_UNKNOWN_ATTRIBUTE spec.rules[0].when',
      '10:45 UNKNOWN_KEY spec.rules[0].serv',
      '11:36 UNKNOWN_VARIANT spec.rules[1].serve.variant',
      '16:35 UNKNOWN_VARIANT spec.to',
    ]);
    expect(declared.resources.map(({ kind }) => kind)).toEqual(['Release']);
  });

  test('a level that is malformed is neither unknown to those that name it nor the measure of the others', () => {
    const text = `apiVersion: ombre.dev/v1
kind: Release
metadata: { name: r }
spec:
  flag: price
  from: a
  to: b
  ladder:
    - { name: old, when: 'user.age > 60', share: 0.5, dwell: 10 }
    - { name: some, share: 2, dwell: 1h }
    - { name: all, share: 1, dwell: 1h }
  guards: [{ errorsAboveControl: { effect: 0.01, slices: [old] } }]
`;
    const { issues } = declareSources([{ path: 'a.yaml', text }]);
    expect(issues.map(({ line, code }) => `${line} ${code}`)).toEqual([
      '5 UNKNOWN_FLAG',
      '9 CEL_UNKNOWN_ATTRIBUTE',
      '9 WRONG_TYPE',
      '10 BAD_SHARE',
    ]);
    expect(issues[2]?.hint).toBe('write its unit, such as "10s" or "10ms"');
  });

  test.each([
    ['user.tier = "L5"', 'did you mean "=="?'],
    ['user.tier == "L5" and user.age > 18', 'did you mean "&&"?'],
    ['user.tier == "L5" or user.age > 18', 'did you mean "||"?'],
  ])('the operators of other languages are known: %s', (when, hint) => {
    const issues = checkResources([vocabulary, flag({ rules: [{ id: 'r', when, serve: b }] })]);
    expect(issues).toMatchObject([{ code: 'CEL_SYNTAX', hint }]);
  });

  test('a flag that makes no sense at all is still known to those that mention it', () => {
    const text = `apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: price }
spec: { type: strng, rules: [{ id: x, when: 'y > 1' }] }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: other }
spec: { type: boolean, variants: { x: true }, default: x, off: x, prerequisites: [{ flag: price, variant: z }] }
`;
    const codes = declareSources([{ path: 'a.yaml', text }]).issues.map(({ code }) => code);
    expect(codes).not.toContain('UNKNOWN_FLAG');
    expect(codes).toContain('CEL_UNKNOWN_ATTRIBUTE');
  });

  test.each<[string, FlagSpec['rules'], string[]]>([
    [
      'after a rule for everybody',
      [
        { id: 'x', serve: b },
        { id: 'y', serve: b },
      ],
      ['UNREACHABLE_RULE'],
    ],
    [
      'after a share of 1',
      [
        { id: 'x', serve: { share: 1, variant: 'b' } },
        { id: 'y', serve: b },
      ],
      ['UNREACHABLE_RULE'],
    ],
    [
      'after a condition that is always true',
      [
        { id: 'x', when: '1 + 1 == 2', serve: b },
        { id: 'y', serve: b },
      ],
      ['ALWAYS_TRUE', 'UNREACHABLE_RULE'],
    ],
    [
      'after the same condition',
      [
        { id: 'x', when: 'user.age > 1', serve: b },
        { id: 'y', when: '(user.age>1)', serve: b },
      ],
      ['UNREACHABLE_RULE'],
    ],
    [
      'not after a share',
      [
        { id: 'x', serve: { share: 0.5, variant: 'b' } },
        { id: 'y', serve: b },
      ],
      [],
    ],
    [
      'not if it fails closed',
      [
        { id: 'x', when: 'user.age > 1', serve: b },
        { id: 'y', when: 'user.age > 1', action: { deny: true }, serve: b },
      ],
      [],
    ],
    ['with a condition that is an error', [{ id: 'x', when: '1 / 0 == 1', serve: b }], ['NEVER_TRUE']],
    ['with one that is false', [{ id: 'x', when: '"a" in ["b"]', serve: b }], ['NEVER_TRUE']],
  ])('rules are unreachable %s', (_, rules, codes) => {
    expect(codesOf(flag({ rules: rules ?? [] }))).toEqual(codes);
  });

  test('functions that code adds may be called, and enrichers it lacks are named', () => {
    const vocabularies = [{ enrichers: [{ name: 'geo', derive: () => ({}) }] }];
    const derived = (derivedBy: string) =>
      resource('Vocabulary', 'd', { attributes: { region: { type: 'string', derivedBy } } });
    expect(checkResources([derived('geo')], { vocabularies })).toEqual([]);
    expect(checkResources([derived('gio')], { vocabularies })).toMatchObject([
      { code: 'UNKNOWN_ENRICHER', severity: 'warning', hint: 'did you mean "geo"?' },
    ]);
    expect(checkResources([derived('gio')])).toEqual([]);
  });

  test('a chain of prerequisites or segments of any length is walked without recursion', () => {
    const segments = Array.from({ length: 9_000 }, (_, at) =>
      resource('Segment', `s${at}`, at === 0 ? { ids: ['u'] } : { when: `inSegment("s${at - 1}")` }),
    );
    expect(checkResources(segments)).toEqual([]);
  });
});
