import { z } from 'zod';
import { attributeName, name } from './scalars.ts';
import { type ServeSplit, type ServeVariant, serveSplit, serveVariant } from './serve.ts';

/** What one cell of a row accepts. A cell that is absent or `"*"` accepts all. */
export type Cell =
  | string
  | number
  | boolean
  | { readonly in: readonly (string | number)[] }
  /** Half-open: from ≤ x < to; either end may be absent. */
  | { readonly from?: number; readonly to?: number }
  | { readonly prefix: string };

export interface Dimension {
  readonly name: string;
  readonly attribute: string;
  /** What an accepting, non-wildcard cell of this dimension adds to the row's specificity. */
  readonly weight: number;
}

export interface Row {
  readonly id: string;
  readonly match: Readonly<Record<string, Cell>>;
  readonly serve: ServeVariant | ServeSplit;
}

/** Rows over dimensions: of the rows that accept a context the one with the greatest sum of weights decides. */
export interface TableSpec {
  readonly doc?: string;
  readonly dimensions: readonly Dimension[];
  readonly rows: readonly Row[];
}

const cell: z.ZodType<Cell> = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.strictObject({
    in: z
      .array(z.union([z.string(), z.number()]))
      .min(1)
      .max(10_000),
  }),
  z.strictObject({ prefix: z.string().min(1) }),
  z.strictObject({ from: z.number().exactOptional(), to: z.number().exactOptional() }),
]);

export const tableSpec: z.ZodType<TableSpec> = z.strictObject({
  doc: z.string().max(1000).exactOptional(),
  dimensions: z
    .array(z.strictObject({ name, attribute: attributeName, weight: z.number().positive() }))
    .min(1)
    .max(32),
  rows: z
    .array(
      z.strictObject({ id: name, match: z.record(name, cell), serve: z.union([serveVariant, serveSplit]) }),
    )
    .max(100_000),
});
