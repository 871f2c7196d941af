import { z } from 'zod';
import { attributeName, instant, share } from './scalars.ts';

/** Units that are kept out of every release that names it: those whose position under the salt `holdout/<name>` is below the share. */
export interface HoldoutSpec {
  readonly doc?: string;
  /** Above 0 and below 1. */
  readonly share: number;
  /** What is held out; the targeting key unless said. */
  readonly unit?: string;
  /** The instant it ends. Absent: it lasts. */
  readonly until?: string;
}

export const holdoutSpec: z.ZodType<HoldoutSpec> = z.strictObject({
  doc: z.string().max(1000).exactOptional(),
  share: share.refine((value) => value > 0 && value < 1, {
    message: 'the share of a holdout is above 0 and below 1',
  }),
  unit: attributeName.exactOptional(),
  until: instant.exactOptional(),
});
