import { expect, test } from 'vitest';
import { formatTable } from './table.ts';

test('pads columns to their widest cell, and counts wide characters as two', () => {
  const table = formatTable(
    ['name', 'what'],
    [
      ['题库', 'a'],
      ['shop', 'b'],
    ],
  );
  expect(table).toBe('NAME  WHAT\n题库  a\nshop  b\n');
});

test('says what an empty list means', () => {
  expect(formatTable(['name'], [], 'no change yet')).toBe('no change yet\n');
});
