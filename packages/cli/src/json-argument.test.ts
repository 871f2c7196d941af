import { expect, test } from 'vitest';
import { readContext } from './json-argument.ts';
import type { Terminal } from './terminal.ts';

const terminal = { cwd: '/' } as Terminal;

test('takes values that are JSON as such and all others as text', () => {
  expect(
    readContext(terminal, undefined, ['user.tier=L5', 'question.difficulty=0.8', 'tags=["a"]', 'zip="01"']),
  ).toEqual({
    'user.tier': 'L5',
    'question.difficulty': 0.8,
    tags: ['a'],
    zip: '01',
  });
});

test('lays pairs over the JSON, and keeps a hostile key a plain key', () => {
  const context = readContext(terminal, '{"a":1,"b":2}', ['b=3', '__proto__=4']);
  expect(Object.entries(context)).toEqual([
    ['a', 1],
    ['b', 3],
    ['__proto__', 4],
  ]);
  expect(Object.getPrototypeOf(context)).toBe(Object.prototype);
});

test.each(['[1]', '7', '{oops', 'null'])('refuses %s as a context', (json) => {
  expect(() => readContext(terminal, json, [])).toThrow(/--context takes a JSON object/);
});

test('refuses a word without a name', () => {
  expect(() => readContext(terminal, undefined, ['=1'])).toThrow(/name=value/);
});

test('leaves the value of a declared string as it stands', () => {
  const typeOf = (name: string): string | undefined => (name === 'user.id' ? 'string' : undefined);
  expect(readContext(terminal, undefined, ['user.id=77912', 'age=7'], typeOf)).toEqual({
    'user.id': '77912',
    age: 7,
  });
});
