import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkExpression } from './check.ts';
import { type Scope, toClosure } from './closure.ts';
import type { CelEnvironment } from './environment.ts';
import { compileProgram } from './program.ts';
import { fromSlot, toSlot } from './slot.ts';
import { traceProgram } from './trace.ts';
import { type CelType, parseType } from './type.ts';
import { CelError, CelMap, type CelValue } from './value.ts';

const map = parseType('map(string, dyn)') as CelType;
const environment: CelEnvironment = {
  attributes: new Map<string, CelType>([
    ['s', { kind: 'string' }],
    ['pattern', { kind: 'string' }],
    ['l', parseType('list(int)') as CelType],
    ['m', map],
  ]),
};

const values: Readonly<Record<string, CelValue>> = {
  s: 'a'.repeat(99_000),
  pattern: '(a{1,30}){1,30}b',
  l: Array.from({ length: 1000 }, (_, i) => BigInt(i)),
};
const scope: Scope = { attribute: (name) => values[name], inSegment: () => false };

function evaluate(source: string): CelValue | CelError {
  return toClosure(compileProgram(source, environment))(scope);
}

function issueOf(source: string): string | undefined {
  const result = checkExpression(source, environment);
  return result.ok ? undefined : result.issues[0]?.code;
}

/** Lists in which each holds the one before twice. */
const doubling = Array.from({ length: 60 }, (_, i) => `[cel.index(${i}), cel.index(${i})]`).join(', ');

describe('an expression made to hurt', () => {
  test.each([
    ['50,000 negations', '!'.repeat(50_000), 'too_long'],
    ['4,000 negations', `${'!'.repeat(4000)}true`, 'syntax'],
    ['2,000 signs with spaces', `${'- '.repeat(2000)}1`, 'syntax'],
    ['2,000 parentheses', `${'('.repeat(2000)}1${')'.repeat(2000)}`, 'too_deep'],
    ['2,000 brackets', '['.repeat(2000), 'too_deep'],
    ['2,000 additions', Array(2000).fill('1').join('+'), 'too_deep'],
    ['2,000 fields', `s${'.a'.repeat(2000)}`, 'too_deep'],
    ['600 calls', `${'size('.repeat(600)}""${')'.repeat(600)}`, 'too_deep'],
    ['an int of 4,000 digits', '9'.repeat(4000), 'invalid_constant'],
    ['a double of 4,000 digits', `${'9'.repeat(4000)}.0`, 'syntax'],
    ['3,000 backticks', '`'.repeat(3000), 'syntax'],
    ['an unfinished text', '"'.repeat(3001), 'syntax'],
    ['nothing', '', 'syntax'],
    ['a pattern of 900,000 states', `s.matches("(${'b'.repeat(900)}){1000}")`, 'invalid_constant'],
    ['a pattern repeated in itself', 's.matches("((a{1,1000}){1,1000}){1,1000}")', 'invalid_constant'],
    ['nine nested calls', `${'string('.repeat(9)}1${')'.repeat(9)}`, 'too_many_calls'],
    ['four nested macros', 'l.all(a, l.all(b, l.all(c, l.all(d, a + b + c + d > 0))))', 'too_costly'],
  ])('is refused by name: %s', (_, source, code) => {
    expect(issueOf(source)).toBe(code);
    expect(() => evaluate(source)).not.toThrow();
  });

  test.each([
    ['macros in macros', 'l.map(a, l.map(b, l.map(c, a + b + c)))'],
    [
      'a comparison of lists that double sixty times',
      `cel.block([[1], ${doubling}], cel.index(60) == cel.index(59) || cel.index(60) == cel.index(60))`,
    ],
    [
      'the text of lists that double sixty times',
      `cel.block([[1], ${doubling}], "%s".format([cel.index(60)]))`,
    ],
    ['a text that grows twentyfold at each step', `"a"${'.replace("a", "aaaaaaaaaaaaaaaaaaaa")'.repeat(9)}`],
    ['a text cut to pieces in each round', 'l.map(x, s.split(""))'],
    ['a pattern of the context on a long text', 's.matches(pattern)'],
    ['a pattern compiled in each round', 'l.exists(x, string(x).matches(pattern))'],
    [
      'an unlike time zone in each round',
      'l.all(x, timestamp(x).getHours("Asia/Shanghai" + pattern.substring(0, 0)) >= 0)',
    ],
  ])('runs out of its budget: %s', (_, source) => {
    expect(evaluate(source)).toMatchObject({ code: 'budget_exceeded' });
    expect(traceProgram(compileProgram(source, environment), scope).outcome).toMatchObject({
      code: 'budget_exceeded',
    });
  });

  test('cannot make a regular expression backtrack', () => {
    expect(evaluate(`"${'a'.repeat(2000)}b".matches("(a+)+$")`)).toBe(false);
    expect(evaluate('s.matches("^(a|a)*$")')).toBe(true);
  });

  test('finds nothing of JavaScript behind names', () => {
    for (const source of [
      'm.__proto__',
      'm.constructor',
      'm["toString"]',
      '{"a": 1}.constructor',
      '{}.`__proto__`',
    ]) {
      const result = toClosure(compileProgram(source, environment))({
        ...scope,
        attribute: () => toSlot(JSON.parse('{"x": 1}'), map),
      });
      expect(result).toMatchObject({ code: 'no_such_key' });
    }
    for (const source of [
      'constructor',
      'toString()',
      's.constructor()',
      'l.hasOwnProperty(a, b)',
      'l.constructor(a, b)',
    ]) {
      expect(evaluate(source)).toMatchObject({ code: 'unknown_name' });
    }
    expect(evaluate('{"__proto__": 1, "constructor": 2}.`__proto__` + 1')).toBe(2n);
  });

  test('is answered without throwing, whatever its text is', () => {
    const word = fc.constantFrom(
      ...[
        'a',
        'cel',
        's',
        '.',
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        '?',
        ':',
        ',',
        '"',
        "'",
        '`',
        '\\',
        'b"',
        "r'",
        '1',
        '0x',
        '.5',
        '1e',
        'u',
      ],
      ...[
        '!',
        '-',
        '+',
        '==',
        '&&',
        '||',
        'in',
        ' ',
        '\n',
        '//',
        '\f',
        'cel.iterVar(0,0)',
        'cel.bind(',
        'has(',
        'map(',
        '"""',
        '\u{1f600}',
        '\ud800',
      ],
    );
    const source = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.array(word, { maxLength: 30, size: 'max' }).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(source, (text) => {
        const checked = checkExpression(text, environment);
        const value = evaluate(text);
        if (checked.ok) return;
        expect(checked.issues.length).toBeGreaterThan(0);
        for (const { start, end } of checked.issues) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
        if (checked.issues[0]?.code === 'syntax') expect(value).toBeInstanceOf(CelError);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a context made to hurt', () => {
  const dyn: CelType = { kind: 'dyn' };

  test('counts as wrongly typed where it is cyclic, too deep or too large', () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic, cyclic);
    let deep: unknown = 1;
    for (let i = 0; i < 50_000; i++) deep = [deep];
    expect(toSlot(cyclic, dyn)).toBeUndefined();
    expect(toSlot(deep, dyn)).toBeUndefined();
    expect(toSlot(Array(200_000).fill(0), dyn)).toBeUndefined();
  });

  test('keeps keys such as __proto__ as keys', () => {
    const slot = toSlot(JSON.parse('{"__proto__": {"admin": true}, "constructor": 1}'), map);
    expect(slot).toBeInstanceOf(CelMap);
    expect((slot as CelMap).get('constructor')).toBe(1);
    expect((slot as CelMap).get('admin')).toBeUndefined();
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  test('takes numbers only where they are of the declared type', () => {
    expect(toSlot(30.5, { kind: 'int' })).toBeUndefined();
    expect(toSlot(2 ** 53, { kind: 'int' })).toBeUndefined();
    expect(toSlot(-1, { kind: 'uint' })).toBeUndefined();
    expect(toSlot('30', { kind: 'int' })).toBeUndefined();
    expect(Object.is(toSlot(-0, { kind: 'int' }), 0)).toBe(true);
    expect(fromSlot(30, { kind: 'int' })).toBe(30n);
    expect(fromSlot(30, dyn)).toBe(30);
  });
});
