import { z } from 'zod';
import { attributeName, condition } from './scalars.ts';

/** A named set of units: those a condition holds for, those listed, or both; the excluded never. */
export interface SegmentSpec {
  readonly doc?: string;
  readonly when?: string;
  /** Ids of units; up to 100,000 and more, membership in constant time. */
  readonly ids?: readonly string[];
  readonly exclude?: readonly string[];
  /** The attribute the ids are values of; the targeting key unless said. */
  readonly unit?: string;
}

const ids: z.ZodType<readonly string[]> = z.array(z.string().min(1).max(1000)).max(2_000_000);

export const segmentSpec: z.ZodType<SegmentSpec> = z.strictObject({
  doc: z.string().max(1000).exactOptional(),
  when: condition.exactOptional(),
  ids: ids.exactOptional(),
  exclude: ids.exactOptional(),
  unit: attributeName.exactOptional(),
});
