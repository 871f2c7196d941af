import type { Cell } from '../model/table.ts';

/** What a table compares: texts, numbers and booleans; anything else, and a missing attribute, is undefined. */
export type CellValue = string | number | boolean | undefined;

/** One way in which a cell accepts values. */
export interface MatchKind {
  readonly name: string;
  /** Whether the cell is of this kind. */
  is(cell: Cell): boolean;
  /** The values the cell accepts, where they can be listed: such a cell is found by lookup instead of by trial. */
  literals(cell: Cell): readonly (string | number | boolean)[] | undefined;
  /** A test for one cell of this kind. */
  test(cell: Cell): (value: CellValue) => boolean;
  /** Whether an accepting cell adds its dimension's weight to the row's specificity. */
  readonly specific: boolean;
}
