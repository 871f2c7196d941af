import type { MatchKind } from './match-kind.ts';

/** `{ from, to }` accepts numbers with from ≤ x < to; one end may be open. */
export const range: MatchKind = {
  name: 'range',
  is: (cell) => typeof cell === 'object' && ('from' in cell || 'to' in cell),
  literals: () => undefined,
  test: (cell) => {
    const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = cell as {
      readonly from?: number;
      readonly to?: number;
    };
    return (value) => typeof value === 'number' && value >= from && value < to;
  },
  specific: true,
};
