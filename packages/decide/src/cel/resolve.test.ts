import { describe, expect, test } from 'vitest';
import { toClosure } from './closure.ts';
import type { CelEnvironment } from './environment.ts';
import { compileProgram } from './program.ts';
import { fromSlot, toSlot } from './slot.ts';
import { type CelType, parseType } from './type.ts';
import { CelError, type CelValue } from './value.ts';

const types: Readonly<Record<string, string>> = {
  user: 'map(string, dyn)',
  'user.tier': 'string',
  'user.tags': 'list(string)',
  age: 'int',
  int: 'string',
};
const environment: CelEnvironment = {
  attributes: new Map(Object.entries(types).map(([name, type]) => [name, parseType(type) as CelType])),
};

function evaluate(source: string, context: Readonly<Record<string, unknown>>): CelValue | CelError {
  return toClosure(compileProgram(source, environment))({
    attribute: (name) => {
      const type: CelType = environment.attributes.get(name) ?? { kind: 'string' };
      const slot = toSlot(context[name], type);
      return slot === undefined ? undefined : fromSlot(slot, type);
    },
    inSegment: () => false,
  });
}

describe('a name', () => {
  test('is the longest declared attribute that begins it', () => {
    const context = { 'user.tier': 'L5', user: { tier: 'L1', name: 'Ann' } };
    expect(evaluate('user.tier', context)).toBe('L5');
    expect(evaluate('user.name', context)).toBe('Ann');
    expect(evaluate('user["tier"]', context)).toBe('L1');
    expect(evaluate('(user).tier', context)).toBe('L1');
  });

  test('is a local variable before it is an attribute, unless a dot leads it', () => {
    expect(evaluate('[1].all(age, age == 1 && .age == 7)', { age: 7 })).toBe(true);
    expect(evaluate('[{"tier": 1}].all(user, user.tier == 1)', { 'user.tier': 'L5' })).toBe(true);
    expect(evaluate('[1].all(x, [2].all(x, x == 2) && x == 1)', {})).toBe(true);
  });

  test('is an attribute before it is a type', () => {
    expect(evaluate('int', { int: 'mine' })).toBe('mine');
    expect(evaluate('int(1.5)', {})).toBe(1n);
    expect(evaluate('type(1.5) == double', {})).toBe(true);
  });

  test('says whether it is there, as has() asks', () => {
    expect(evaluate('has(user.tier)', { 'user.tier': 'L5' })).toBe(true);
    expect(evaluate('has(user.tier)', { 'user.tier': 5 })).toBe(false);
    expect(evaluate('has(user.tier)', {})).toBe(false);
    expect(evaluate('has(user.name)', { user: {} })).toBe(false);
    expect(evaluate('has(user.name)', {})).toMatchObject({ code: 'missing' });
  });

  test('that is missing or wrongly typed makes an error, which && and || absorb', () => {
    expect(evaluate('age > 18', {})).toMatchObject({ code: 'missing' });
    expect(evaluate('age > 18', { age: '19' })).toMatchObject({ code: 'missing' });
    expect(evaluate('age > 18 || true', {})).toBe(true);
    expect(evaluate('age > 18 && false', {})).toBe(false);
    expect(evaluate('!(age > 18)', {})).toBeInstanceOf(CelError);
    expect(evaluate('age == 18 || age != 18', {})).toBeInstanceOf(CelError);
  });

  test('of nothing is an error of evaluation', () => {
    expect(evaluate('nothing.at.all == 1 || true', {})).toBe(true);
    expect(evaluate('nothing(1) || true', {})).toBe(true);
    expect(evaluate('nothing', {})).toMatchObject({ code: 'unknown_name' });
  });
});

describe('a program', () => {
  test('lists what it reads and which segments it asks for', () => {
    const program = compileProgram(
      'has(user.tier) && user.name == "x" && inSegment("b") && inSegment("a")',
      environment,
    );
    expect(program.reads).toEqual(['user', 'user.tier']);
    expect(program.segments).toEqual(['a', 'b']);
  });

  test('of a source that does not parse is an error', () => {
    const program = compileProgram('age >', environment);
    expect(toClosure(program)({ attribute: () => 1n, inSegment: () => true })).toMatchObject({
      code: 'syntax',
    });
  });
});

describe('the parser', () => {
  test.each([
    ['.99 + .01 == 1.0 && [.5][0] == .5', true],
    ['{"a-b": 1}.`a-b` == 1 && has({"a-b": 1}.`a-b`)', true],
    ['[1, ?optional.none(), ?optional.of(2)] == [1, 2]', true],
    ['{?"a": optional.of([?optional.of(1)]), ?"b": optional.none()} == {"a": [1]}', true],
    ['[(1), ?(optional.of(2)), {"k": [?optional.none()]}.k.size()] == [1, 2, 0]', true],
    ['{"k": 1}.?k.hasValue() && [{"k": 1}[?"k"]][0].value() == 1', true],
    ['br"\\x" == b"\\\\x" && r"\\" == "\\\\"', true],
    ['b"ÿ" == b"\\xc3\\xbf" && b"""a"b""" == b"a\\"b"', true],
    ["r'''a'b''' == \"a'b\"", true],
    ['1\f+ // a comment with `\n 1 == 2', true],
    ['[1, 2].all(cel.iterVar(0, 0), cel.iterVar( 0,0 ) > 0)', true],
    ['-9223372036854775808 < 0 && --1 == 1 && 0xFFu == 255u && -0x10 == -16', true],
    ['true ? false ? 1 : 2 : 3', 2n],
    ['1 - 1 - 1 == -1 && 2 * 3 % 4 == 2 && !false == true', true],
  ])('reads %j', (source, value) => {
    expect(evaluate(source, {})).toEqual(value);
  });
});
