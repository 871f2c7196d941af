import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEEPEST, readJsonBody } from './json-body.ts';

test('reads any JSON as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value);
      if (text.includes('__proto__')) return;
      expect(readJsonBody(text)).toEqual({ ok: true, value: JSON.parse(text) });
    }),
  );
});

test('never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof readJsonBody(text).ok === 'boolean'));
});

test.each(['{"a":{"__proto__":{"admin":true}},"b":1}', '{"a":{"\\u005f_proto__":{"admin":true}},"b":1}'])(
  'drops an own __proto__ however it is spelled: %s',
  (text) => {
    const read = readJsonBody(text);
    const value = (read as { value: { a: object; b: number } }).value;
    expect(Object.hasOwn(value.a, '__proto__')).toBe(false);
    expect({ ...value.a }).not.toHaveProperty('admin');
    expect(value.b).toBe(1);
  },
);

test('takes 64 levels and refuses 65 and a million, without parsing them', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  expect(readJsonBody(nested(DEEPEST)).ok).toBe(true);
  expect(readJsonBody(nested(DEEPEST + 1))).toEqual({ ok: false, code: 'BODY_TOO_DEEP' });
  expect(readJsonBody('[{"a":'.repeat(1_000_000))).toEqual({ ok: false, code: 'BODY_TOO_DEEP' });
});

test('does not count brackets in strings', () => {
  const text = JSON.stringify({ a: '[{'.repeat(200), b: '\\"[['.repeat(50) });
  expect(readJsonBody(text).ok).toBe(true);
});
