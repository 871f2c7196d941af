import { describe, expect, test } from 'vitest';
import { checkExpression } from './check.ts';
import type { CelEnvironment } from './environment.ts';
import { overload } from './function.ts';
import { type CelType, formatType, parseType } from './type.ts';

const types: Readonly<Record<string, string>> = {
  'user.id': 'string',
  'user.tier': 'string',
  'user.age': 'int',
  'user.tags': 'list(string)',
  'geo.region': 'string',
  'rate.tenant': 'double',
  'question.difficulty': 'double',
  profile: 'map(string, dyn)',
  since: 'timestamp',
  version: 'semver',
  anything: 'dyn',
};
const environment: CelEnvironment = {
  attributes: new Map(Object.entries(types).map(([name, type]) => [name, parseType(type) as CelType])),
};

function check(source: string) {
  return checkExpression(source, environment, { kind: 'bool' });
}

/** The issues of an expression as `code text-it-points-at: message`. */
function issues(source: string): string[] {
  const result = check(source);
  return result.ok
    ? []
    : result.issues.map(({ code, message, start, end }) => `${code} ${source.slice(start, end)}: ${message}`);
}

describe('the checker', () => {
  test.each([
    'user.tier == "L5" && geo.region in ["CN", "JP"]',
    'user.age >= 18 && rate.tenant > 100.0 && user.age < 65.5',
    'inSegment("beta") || !(user.id in ["a"])',
    'user.tags.exists(tag, tag.startsWith("beta"))',
    'has(profile.plan) && profile.plan == "pro"',
    'profile.?plan.orValue("free") == "pro"',
    'since > timestamp("2026-01-01T00:00:00Z") - duration("24h")',
    'semverMatches(version, "^1.2 || >=3") && version.isLessThan(semver("4.0.0"))',
    'ipInCidr("10.1.2.3", "10.0.0.0/8")',
    'targetingKey.matches("^[a-f0-9]+$")',
    'cel.bind(t, user.tier, t == "L5" || t == "L3")',
    'anything == 1 || anything == "a" || anything',
    'user.tags.map(t, size(t)).filter(n, n > 3).size() > 0',
    '{"a": 1}.exists(k, v, k == "a" && v == 1)',
    'math.greatest(user.age, 18) == 18',
    '[] == user.tags',
    'rate.tenant in [1.0, 2.5]',
  ])('accepts %s', (source) => {
    expect(issues(source)).toEqual([]);
  });

  test.each([
    [
      'user.teir == "L5"',
      'unknown_attribute user.teir: There is no attribute user.teir; did you mean user.tier?',
    ],
    ['contry == "CN"', 'unknown_attribute contry: There is no attribute contry'],
    [
      'user == "x"',
      'unknown_attribute user: There is no attribute user, but there is user.age, user.id, user.tags, user.tier',
    ],
    [
      'geo.regions.startsWith("C")',
      'unknown_attribute geo.regions: There is no attribute geo.regions; did you mean geo.region?',
    ],
    [
      'user.id.startWith("a")',
      'unknown_method user.id.startWith("a"): There is no method startWith; did you mean startsWith?',
    ],
    [
      'inSegmant("beta")',
      'unknown_function inSegmant("beta"): There is no function inSegmant; did you mean inSegment?',
    ],
    [
      'startsWith(user.id, "a")',
      'unknown_function startsWith(user.id, "a"): startsWith is a method, not a function',
    ],
    [
      'user.age == "18"',
      'wrong_operands user.age == "18": There is no int == string; both sides must be int',
    ],
    [
      'user.age + 1.5 > 2.0',
      'wrong_operands user.age + 1.5: There is no int + double; both sides must be int',
    ],
    ['user.tier in "L5"', 'wrong_operands user.tier in "L5": There is no string in string'],
    ['user.tier', 'wrong_type user.tier: Expected bool, found string'],
    ['!user.age', 'wrong_type user.age: Expected bool, found int'],
    [
      'user.id.startsWith(5)',
      'wrong_arguments 5: There is no string.startsWith(int); there is string.startsWith(string)',
    ],
    [
      'ipInCidr(user.id)',
      'wrong_arguments ipInCidr(user.id): There is no ipInCidr(string); there is ipInCidr(string, string) or ipInCidr(ip, string)',
    ],
    ['user.tier.name == "x"', 'unknown_field user.tier.name: A string has no field name'],
    ['user.tier.all(x, true)', 'wrong_type user.tier: A string is neither list nor map'],
    ['user.id.matches("(")', 'invalid_constant user.id.matches("("): Not a regular expression of RE2'],
    [
      'since > timestamp("yesterday")',
      'invalid_constant timestamp("yesterday"): Not an RFC 3339 timestamp, e.g. 2026-05-04T09:00:00Z',
    ],
    [
      'ipInCidr(user.id, "10.0.0.0/99")',
      'invalid_constant ipInCidr(user.id, "10.0.0.0/99"): Not a network: 10.0.0.0/99',
    ],
    [
      'semverMatches(version, "about 1")',
      'invalid_constant semverMatches(version, "about 1"): Not a range of versions',
    ],
    [
      'user.age == 9223372036854775808',
      'invalid_constant 9223372036854775808: Int out of range: 9223372036854775808',
    ],
    [
      'inSegment(user.id)',
      'invalid_macro inSegment(user.id): inSegment() takes the name of a segment as a literal text',
    ],
    [
      'user.tags.map(t) == []',
      'invalid_macro user.tags.map(t): map() is written list.map(x, value) or list.map(x, condition, value)',
    ],
    [
      'user.tags.exists_one("a")',
      'invalid_macro user.tags.exists_one("a"): exists_one() is written list.exists_one(x, condition) or list.exists_one(i, x, condition)',
    ],
    [
      'filter(user.tags, t, t == "a") == []',
      'invalid_macro filter(user.tags, t, t == "a"): filter() is written list.filter(x, condition)',
    ],
    ['user.age > ', 'syntax : Expected an expression, found the end of the expression'],
    [
      'user.tags.exists(t, t == 1)',
      'wrong_operands t == 1: There is no string == int; both sides must be string',
    ],
  ])('says what is wrong with %s', (source, issue) => {
    expect(issues(source)).toEqual([issue]);
  });

  test('lists every mistake at once, in the order of the source', () => {
    expect(
      issues('user.teir == "L5" && user.age > "18" || user.id.startWith("x") || user.age').map(
        (issue) => issue.split(' ')[0],
      ),
    ).toEqual(['unknown_attribute', 'wrong_operands', 'unknown_method', 'wrong_type']);
  });

  test('names what it expected and what it found', () => {
    expect(check('user.age == "18"')).toMatchObject({
      issues: [{ expected: 'int == int', found: 'int == string', start: 0, end: 16 }],
    });
  });

  test('answers the type, what is read, and the segments asked for', () => {
    const result = check('has(user.tier) && (inSegment("b") || inSegment("a")) && user.id == targetingKey');
    expect(result).toMatchObject({
      ok: true,
      reads: ['targetingKey', 'user.id', 'user.tier'],
      segments: ['a', 'b'],
    });
  });

  test.each([
    ['[1, 2].map(x, [x])', 'list(list(int))'],
    ['{"a": [1.5]}', 'map(string, list(double))'],
    ['user.tags[?0]', 'optional(string)'],
    ['profile.x', 'dyn'],
    ['true ? [] : [1]', 'list(int)'],
    ['[1, "a"]', 'list(dyn)'],
    ['math.least([1.5, 2.5])', 'double'],
    ['{1: "a"}.transformMap(k, v, size(v))', 'map(int, int)'],
    ['optional.none().optMap(x, x == 1)', 'optional(bool)'],
    ['type(1)', 'type'],
    ['[]', 'list(dyn)'],
  ])('deduces that %s is a %s', (source, type) => {
    const result = checkExpression(source, environment);
    expect(result.ok && formatType(result.type)).toBe(type);
  });

  test('knows functions that code added', () => {
    const plus: CelEnvironment = {
      ...environment,
      functions: [
        { name: 'isEven', style: 'function', overloads: [overload(['int'], 'bool', (n) => n % 2n === 0n)] },
      ],
    };
    expect(checkExpression('isEven(user.age)', plus).ok).toBe(true);
    expect(checkExpression('isEvn(user.age)', plus)).toMatchObject({ issues: [{ expected: 'isEven' }] });
  });
});
