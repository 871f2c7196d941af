import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cell, Row, TableSpec } from '../model/table.ts';
import type { CellValue } from './match-kind.ts';
import { TableIndex } from './table-index.ts';

const dimensions = [
  { name: 'language', attribute: 'a.language', weight: 30 },
  { name: 'tier', attribute: 'a.tier', weight: 25 },
  { name: 'difficulty', attribute: 'a.difficulty', weight: 20 },
];
const row = (id: string, match: Row['match']): Row => ({ id, match, serve: { variant: 'v' } });
const find = (rows: readonly Row[], values: readonly CellValue[]) =>
  new TableIndex({ dimensions, rows }).find(values, (context, dimension) => context[dimension])?.row.id;

/** What the words say: all rows that accept, the greatest sum of weights, the first of equal ones. */
function plainly(rows: readonly Row[], values: readonly CellValue[]): string | undefined {
  const accepts = (cell: Cell | undefined, value: CellValue): boolean => {
    if (cell === undefined || cell === '*') return true;
    if (typeof cell !== 'object') return cell === value;
    if ('in' in cell) return (cell.in as readonly unknown[]).includes(value);
    if ('prefix' in cell) return typeof value === 'string' && value.startsWith(cell.prefix);
    if (cell.from === undefined && cell.to === undefined) return true;
    return typeof value === 'number' && value >= (cell.from ?? -Infinity) && value < (cell.to ?? Infinity);
  };
  const isWild = (cell: Cell | undefined) =>
    cell === undefined || cell === '*' || (typeof cell === 'object' && Object.keys(cell).length === 0);
  let best: { id: string; sum: number } | undefined;
  for (const { id, match } of rows) {
    if (!dimensions.every(({ name }, i) => accepts(match[name], values[i]))) continue;
    const sum = dimensions.reduce((total, { name, weight }) => total + (isWild(match[name]) ? 0 : weight), 0);
    if (best === undefined || sum > best.sum) best = { id, sum };
  }
  return best?.id;
}

test('the most specific row decides, by declared weights', () => {
  const rows = [
    row('any', {}),
    row('java', { language: 'java' }),
    row('hard-team', { tier: 'L5', difficulty: { from: 0.7 } }),
    row('scripts', { language: { in: ['python', 'ruby'] }, tier: '*' }),
    row('j', { language: { prefix: 'j' }, difficulty: { to: 0.3 } }),
  ];
  expect(find(rows, ['java', 'L1', 0.5])).toBe('java');
  expect(find(rows, ['java', 'L5', 0.9])).toBe('hard-team');
  expect(find(rows, ['java', 'L1', 0.1])).toBe('j');
  expect(find(rows, ['ruby', undefined, undefined])).toBe('scripts');
  expect(find(rows, [undefined, undefined, undefined])).toBe('any');
  expect(find(rows.slice(1), [undefined, undefined, undefined])).toBeUndefined();
});

test('of equally specific rows the first decides', () => {
  expect(find([row('b', { tier: 'L5' }), row('a', { tier: { in: ['L5'] } })], ['x', 'L5', 1])).toBe('b');
});

test('a number is not its text, and a missing attribute is accepted by wildcards alone', () => {
  expect(find([row('one', { difficulty: 1 })], ['x', 'y', '1'])).toBeUndefined();
  expect(find([row('one', { difficulty: 1 })], ['x', 'y', 1])).toBe('one');
  expect(find([row('low', { difficulty: { to: 5 } })], ['x', 'y', undefined])).toBeUndefined();
  expect(find([row('all', { difficulty: {} })], ['x', 'y', undefined])).toBe('all');
});

const text = fc.constantFrom('a', 'ab', 'abc', 'b');
const number = fc.integer({ min: 0, max: 4 });
const textCell: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant('*'),
  text,
  fc.record({ in: fc.array(text, { minLength: 1, maxLength: 4 }) }),
  fc.record({ prefix: text }),
);
const numberCell: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant('*'),
  number,
  fc.record({ in: fc.array(number, { minLength: 1, maxLength: 4 }) }),
  fc.record({ from: number, to: number }, { requiredKeys: [] }),
);
const rows = fc
  .array(fc.record({ language: textCell, tier: textCell, difficulty: numberCell }, { requiredKeys: [] }), {
    maxLength: 40,
    size: 'max',
  })
  .map((matches) => matches.map((match, i) => row(`r${i}`, match as Row['match'])));

test('the index finds what trying every row finds', () => {
  fc.assert(
    fc.property(
      rows,
      fc.array(fc.tuple(fc.option(text), fc.option(text), fc.option(number)), {
        minLength: 1,
        maxLength: 20,
        size: 'max',
      }),
      (table, asked) => {
        for (const values of asked) {
          const given = values.map((value) => value ?? undefined);
          expect(find(table, given)).toBe(plainly(table, given));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('lists with many combinations are still found', () => {
  const many = Array.from({ length: 300 }, (_, i) => `x${i}`);
  const table: TableSpec = {
    dimensions,
    rows: [row('big', { language: { in: many }, tier: { in: many } }), row('one', { language: 'x5' })],
  };
  const index = new TableIndex(table);
  const ask = (...values: CellValue[]) => index.find(values, (context, i) => context[i])?.row.id;
  expect(ask('x299', 'x0', 1)).toBe('big');
  expect(ask('x5', 'y', 1)).toBe('one');
  expect(ask('x299', 'y', 1)).toBeUndefined();
});
