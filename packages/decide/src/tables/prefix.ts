import type { Cell } from '../model/table.ts';
import type { MatchKind } from './match-kind.ts';

type Prefix = Extract<Cell, { readonly prefix: string }>;

/** `{ prefix }` accepts texts that begin with it. */
export const prefix: MatchKind = {
  name: 'prefix',
  is: (cell) => typeof cell === 'object' && 'prefix' in cell,
  literals: () => undefined,
  test: (cell) => {
    const { prefix: start } = cell as Prefix;
    return (value) => typeof value === 'string' && value.startsWith(start);
  },
  specific: true,
};
