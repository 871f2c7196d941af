import type { Cell } from '../model/table.ts';
import { exact } from './exact.ts';
import { list } from './list.ts';
import type { MatchKind } from './match-kind.ts';
import { prefix } from './prefix.ts';
import { range } from './range.ts';
import { wildcard } from './wildcard.ts';

/** The one registry: a cell is of the first kind that claims it. */
const matchKinds: readonly MatchKind[] = [wildcard, exact, list, range, prefix];

/** The kind of a cell; an absent one is a wildcard, and so is what no kind claims. */
export function matchKindOf(cell: Cell | undefined): MatchKind {
  return (cell !== undefined && matchKinds.find((kind) => kind.is(cell))) || wildcard;
}
