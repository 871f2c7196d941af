import type { Cell, Row, TableSpec } from '@ombre/decide/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkResources } from './check-resources.ts';

const texts = ['', 'a', 'ab', 'abc', 'b', 'other'];
const numbers = [-1, 0, 0.5, 1, 1.5, 2, 3, 4];
const textCell: fc.Arbitrary<Cell> = fc.constantFrom<Cell>(
  '*',
  'a',
  'b',
  { in: ['a', 'ab'] },
  { in: ['abc', 'b'] },
  { prefix: 'a' },
  { prefix: 'ab' },
  { prefix: 'b' },
);
const numberCell: fc.Arbitrary<Cell> = fc.constantFrom<Cell>(
  '*',
  1,
  2,
  { in: [0, 1] },
  { from: 1 },
  { to: 1 },
  { from: 0, to: 2 },
  { from: 1, to: 3 },
  {},
);

const tables = fc
  .tuple(
    fc.array(fc.record({ word: textCell, count: numberCell, other: textCell }, { requiredKeys: [] }), {
      maxLength: 40,
      size: 'max',
    }),
    fc.constantFrom([1, 1, 1], [2, 1, 1], [3, 2, 1]),
  )
  .map(
    ([matches, weights]): TableSpec => ({
      dimensions: ['word', 'count', 'other'].map((name, at) => ({
        name,
        attribute: name,
        weight: weights[at] ?? 1,
      })),
      rows: matches.map((match, at) => ({
        id: `r${at}`,
        match: match as Row['match'],
        serve: { variant: 'a' },
      })),
    }),
  );

/** What a table means, as plainly as it can be said. */
function accepts(cell: Cell | undefined, value: string | number): boolean {
  if (cell === undefined || cell === '*') return true;
  if (typeof cell !== 'object') return cell === value;
  if ('in' in cell) return cell.in.includes(value);
  if ('prefix' in cell) return typeof value === 'string' && value.startsWith(cell.prefix);
  const { from, to } = cell as { from?: number; to?: number };
  return (
    (from === undefined && to === undefined) ||
    (typeof value === 'number' && (from ?? -9) <= value && value < (to ?? 9))
  );
}

const specific = (cell: Cell | undefined) =>
  cell !== undefined && cell !== '*' && !(typeof cell === 'object' && Object.keys(cell).length === 0);

function best(
  { dimensions, rows }: TableSpec,
  context: Readonly<Record<string, string | number>>,
): readonly string[] {
  const accepting = rows.filter(({ match }) =>
    dimensions.every(({ name }) => accepts(match[name], context[name] ?? '')),
  );
  const weight = ({ match }: Row) =>
    dimensions.reduce((sum, { name, weight }) => sum + (specific(match[name]) ? weight : 0), 0);
  const most = Math.max(...accepting.map(weight));
  return accepting.filter((row) => weight(row) === most).map(({ id }) => id);
}

const contexts = texts.flatMap((word) =>
  numbers.flatMap((count) => texts.map((other) => ({ word, count, other }))),
);

function issuesOf(spec: TableSpec) {
  const attributes = { word: { type: 'string' }, count: { type: 'double' }, other: { type: 'string' } };
  return checkResources([
    { apiVersion: 'ombre.dev/v1', kind: 'Vocabulary', metadata: { name: 'v' }, spec: { attributes } },
    { apiVersion: 'ombre.dev/v1', kind: 'Table', metadata: { name: 't' }, spec },
  ]);
}

describe('overlapping rows', () => {
  test('a row said to be covered decides in no context, and no doubtful context goes unsaid', () => {
    let doubtful = 0;
    fc.assert(
      fc.property(tables, (spec) => {
        const issues = issuesOf(spec);
        const deciding = contexts.map((context) => best(spec, context));
        for (const { code, message } of issues) {
          const row = /"(r\d+)"/.exec(message)?.[1] ?? '';
          if (code === 'COVERED_ROW')
            expect(
              deciding.some(([first]) => first === row),
              message,
            ).toBe(false);
        }
        const two = deciding.find((rows) => rows.length > 1);
        if (two === undefined) return;
        doubtful++;
        expect(issues.map(({ code }) => code)).toEqual(
          expect.arrayContaining([expect.stringMatching(/^(?:COVERED_ROW|OVERLAPPING_ROWS)$/)]),
        );
      }),
      // The same draws each time: what they come to is counted below.
      { numRuns: 1000, seed: 1 },
    );
    expect(doubtful).toBeGreaterThan(100);
  });

  test('ten thousand disjoint rows have no issue and are compared', () => {
    const rows = Array.from({ length: 10_000 }, (_, at): Row => {
      const match = {
        word: `w${at % 100}`,
        count: { from: Math.floor(at / 100), to: Math.floor(at / 100) + 1 },
      };
      return { id: `r${at}`, match, serve: { variant: 'a' } };
    });
    const dimensions = [
      { name: 'word', attribute: 'word', weight: 1 },
      { name: 'count', attribute: 'count', weight: 1 },
    ];
    expect(issuesOf({ dimensions, rows })).toEqual([]);
  });

  test('a row for what both accept settles the doubt', () => {
    const dimensions = [
      { name: 'word', attribute: 'word', weight: 25 },
      { name: 'other', attribute: 'other', weight: 25 },
    ];
    const row = (id: string, match: Row['match']): Row => ({ id, match, serve: { variant: 'a' } });
    const rows = [row('one', { word: 'a' }), row('two', { other: 'b' })];
    expect(issuesOf({ dimensions, rows }).map(({ code }) => code)).toEqual(['OVERLAPPING_ROWS']);
    expect(issuesOf({ dimensions, rows: [...rows, row('both', { word: 'a', other: 'b' })] })).toEqual([]);
  });
});
