import { z } from 'zod';
import { name, share } from '../scalars.ts';

/**
 * The part of a layer that a release has to itself: units whose position under the salt `layer/<name>` is in [from, to). Releases with parts of one
 * layer never treat, or compare, the same unit.
 */
export interface LayerRange {
  readonly name: string;
  /** From 0 to 1, at most six decimals, as a share. */
  readonly from: number;
  readonly to: number;
}

export const layerRangeSchema: z.ZodType<LayerRange> = z.strictObject({ name, from: share, to: share });
