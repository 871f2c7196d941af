import { expect, test } from 'vitest';
import { matchesEntityTag } from './entity-tag.ts';

test.each(['"abc"', 'abc', 'W/"abc"', '"x", "abc"', 'x,W/"abc" , y', ' abc '])('%s names abc', (header) => {
  expect(matchesEntityTag(header, 'abc')).toBe(true);
});

test.each([undefined, '', '*', '"ab"', 'abcd', '"abc', 'W/abc"', 'ABC'])('%s does not name abc', (header) => {
  expect(matchesEntityTag(header, 'abc')).toBe(false);
});
