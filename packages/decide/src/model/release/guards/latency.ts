import { z } from 'zod';
import { duration } from '../../scalars.ts';

/** Bad when more than `share` of the requests surely take longer than `over`: a p99 guard is share 0.01. */
export interface LatencyGuard {
  readonly latency: { readonly over: string; readonly share: number };
}

export const latencyGuard: z.ZodType<LatencyGuard> = z.strictObject({
  latency: z.strictObject({ over: duration, share: z.number().gt(0).lt(1) }),
});
