import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CelType, formatType, parseType } from './type.ts';

const simple = fc.constantFrom<CelType>(
  { kind: 'string' },
  { kind: 'int' },
  { kind: 'dyn' },
  { kind: 'semver' },
);
const { type } = fc.letrec<{ type: CelType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 5 },
    simple,
    tie('type').map((element) => ({ kind: 'list', element }) as const),
    tie('type').map((value) => ({ kind: 'optional', value }) as const),
    fc.tuple(tie('type'), tie('type')).map(([key, value]) => ({ kind: 'map', key, value }) as const),
  ),
}));

describe('a type', () => {
  test('is read back from its text', () => {
    fc.assert(
      fc.property(type, (one) => {
        expect(parseType(formatType(one))).toEqual(one);
      }),
    );
  });

  test('may be written with any spaces', () => {
    expect(parseType(' map( string ,list(int) ) ')).toEqual(parseType('map(string, list(int))'));
  });

  test.each([
    '',
    'strng',
    'list',
    'list()',
    'list(int',
    'list(int, int)',
    'map(int)',
    'int int',
    'list(int))',
    'constructor',
  ])('is not %j', (text) => {
    expect(parseType(text)).toBeUndefined();
  });

  test('is refused where it is nested without end', () => {
    expect(parseType(`${'list('.repeat(10_000)}int${')'.repeat(10_000)}`)).toBeUndefined();
  });
});
