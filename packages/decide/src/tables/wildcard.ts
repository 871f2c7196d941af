import type { MatchKind } from './match-kind.ts';

/** `"*"`, or a range open at both ends: accepts everything, missing attributes too. */
export const wildcard: MatchKind = {
  name: 'wildcard',
  is: (cell) => cell === '*' || (typeof cell === 'object' && Object.keys(cell).length === 0),
  literals: () => undefined,
  test: () => () => true,
  specific: false,
};
