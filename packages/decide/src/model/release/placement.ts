import { z } from 'zod';
import { condition } from '../name.ts';
import { share } from '../share.ts';

/** A release's position on its ladder, owned by controllers; it moves only by a revision. */
export interface Placement {
  /** How many levels are reached, 0 … ladder length. */
  readonly reached: number;
  /** Current share of each reached level, in ladder order; as long as `reached`. */
  readonly shares: readonly number[];
  /** Slices taken back: units the condition holds for are treated only below `share`. */
  readonly except?: readonly { readonly when: string; readonly share: number }[];
  /** Cells (labels of receivers) that have the change; absent: all. */
  readonly cells?: readonly string[];
  /** Grows by one with each move. */
  readonly epoch: number;
}

/** Where a release stands before its controller has moved it. */
export const START: Placement = { reached: 0, shares: [], epoch: 0 };

export const placementSchema: z.ZodType<Placement> = z.strictObject({
  reached: z.int().min(0).max(50),
  shares: z.array(share).max(50),
  except: z
    .array(z.strictObject({ when: condition, share }))
    .max(100)
    .exactOptional(),
  cells: z.array(z.string()).max(1000).exactOptional(),
  epoch: z.int().min(0),
});
