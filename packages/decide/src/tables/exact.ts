import type { MatchKind } from './match-kind.ts';

/** A text, number or boolean accepts itself. */
export const exact: MatchKind = {
  name: 'exact',
  is: (cell) => typeof cell !== 'object' && cell !== '*',
  literals: (cell) => [cell as string | number | boolean],
  test: (cell) => (value) => value === cell,
  specific: true,
};
