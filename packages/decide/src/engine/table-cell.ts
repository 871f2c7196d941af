import type { TableSpec } from '../model/table.ts';
import type { Line } from '../snapshot/line.ts';
import type { CellValue } from '../tables/match-kind.ts';
import { type FoundRow, TableIndex } from '../tables/table-index.ts';
import { type BoundContext, readSlot } from './bound.ts';
import type { Schema } from './schema.ts';

/** A table of a snapshot, indexed when first asked. */
export class TableCell {
  readonly line: Line;
  readonly #schema: Schema;
  #find: ((bound: BoundContext) => FoundRow | undefined) | undefined;

  constructor(line: Line, schema: Schema) {
    this.line = line;
    this.#schema = schema;
    this.#find = undefined;
  }

  /** The row that decides for a context. */
  find(bound: BoundContext): FoundRow | undefined {
    this.#find ??= compileTable(this.line, this.#schema);
    return this.#find(bound);
  }
}

function compileTable(line: Line, schema: Schema): (bound: BoundContext) => FoundRow | undefined {
  try {
    const spec = JSON.parse(line.body) as TableSpec;
    const index = new TableIndex(spec);
    const slots = spec.dimensions.map(({ attribute }) => schema.slotOf(attribute) ?? -1);
    const read = (bound: BoundContext, dimension: number): CellValue => {
      const value = readSlot(bound, slots[dimension] ?? -1);
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? value
        : undefined;
    };
    return (bound) => index.find(bound, read);
  } catch {
    return () => undefined;
  }
}
