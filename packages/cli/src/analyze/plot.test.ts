import { expect, test } from 'vitest';
import { percent, pValue, scaleOf, shortNumber } from './numbers.ts';
import { axisOf, bar, intervalPlot } from './plot.ts';
import { suggestion } from './similar-name.ts';

test('an interval shows its ends, its estimate and zero at their places', () => {
  expect(intervalPlot(-1, 1, 3, [-2, 4], 13)).toBe('  ├─┼─●───┤  ');
  expect(intervalPlot(1, 2, 3, [-2, 4], 13)).toBe('    │ ├─●─┤  ');
});

test('an interval wider than the axis ends in arrows', () => {
  expect(intervalPlot(-9, 1, 9, [-2, 4], 13)).toBe('◂───┼─●─────▸');
});

test('the axis holds zero and every estimate, and is not stretched by one wide interval', () => {
  const [low, high] = axisOf([
    { estimate: 1, low: 0.5, high: 1.5 },
    { estimate: 2, low: -1000, high: 1000 },
  ]);
  expect([low, high]).toEqual([-6, 8]);
});

test('bars are full at 1 and empty at 0', () => {
  expect([bar(0, 4), bar(0.5, 4), bar(0.53125, 4), bar(1, 4)]).toEqual(['', '██', '██▏', '████']);
});

test('numbers are written for people', () => {
  expect([
    shortNumber(1234567),
    shortNumber(0.000123456),
    percent(0.0004),
    percent(0.5),
    pValue(0.03149),
    pValue(1e-9),
    pValue(1),
  ]).toEqual(['1,235,000', '0.0001235', '0.040 %', '50 %', '0.031', '1.0e-9', '1']);
  expect(scaleOf('conversion').signed(-0.0082)).toBe('−0.82 points');
  expect(scaleOf('mean').signed(0.7698)).toBe('+0.7698');
});

test('a name is suggested for a slip, not for anything', () => {
  expect(suggestion('revenu', ['user', 'revenue'], 'columns are')).toBe('; did you mean "revenue"?');
  expect(suggestion('User ID', ['user_id', 'arm'], 'columns are')).toBe('; did you mean "user_id"?');
  expect(suggestion('profit', ['user', 'revenue'], 'columns are')).toBe(
    '; the columns are "user", "revenue"',
  );
});
