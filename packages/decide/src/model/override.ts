import { z } from 'zod';
import { label } from './name.ts';

/** What operators have laid over one flag; `until` is milliseconds since 1970, absent: until lifted. */
export interface Override {
  readonly kill?: { readonly until?: number };
  /** Variants for single units, by the flag's unit. */
  readonly targets?: Readonly<Record<string, { readonly variant: string; readonly until?: number }>>;
}

const until = { until: z.int().positive().exactOptional() };

export const overrideSchema: z.ZodType<Override> = z.strictObject({
  kill: z.strictObject(until).exactOptional(),
  targets: z
    .record(z.string().min(1).max(1000), z.strictObject({ variant: label, ...until }))
    .exactOptional(),
});
