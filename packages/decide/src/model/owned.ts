import { z } from 'zod';
import type { Override } from './override.ts';
import type { Placement } from './release/placement.ts';
import { condition, label, share } from './scalars.ts';

/** What controllers own of a release. */
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

const until = { until: z.int().positive().exactOptional() };

/** What operators have laid over a flag. */
export const overrideSchema: z.ZodType<Override> = z.strictObject({
  kill: z.strictObject(until).exactOptional(),
  targets: z
    .record(z.string().min(1).max(1000), z.strictObject({ variant: label, ...until }))
    .exactOptional(),
});
