import { z } from 'zod';
import { duration } from '../../scalars.ts';

/** Bad when the mean latency is surely above `max`. */
export interface MeanLatencyGuard {
  readonly meanLatency: { readonly max: string };
}

export const meanLatencyGuard: z.ZodType<MeanLatencyGuard> = z.strictObject({
  meanLatency: z.strictObject({ max: duration }),
});
