import type { Cell } from '../model/table.ts';
import type { MatchKind } from './match-kind.ts';

type List = Extract<Cell, { readonly in: unknown }>;

/** `{ in: [a, b] }` accepts each of its values. */
export const list: MatchKind = {
  name: 'list',
  is: (cell) => typeof cell === 'object' && 'in' in cell,
  literals: (cell) => (cell as List).in,
  test: (cell) => {
    const values = new Set<unknown>((cell as List).in);
    return (value) => values.has(value);
  },
  specific: true,
};
