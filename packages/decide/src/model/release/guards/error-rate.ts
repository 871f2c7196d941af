import { z } from 'zod';

/** Bad when the share of failed requests is surely above `max`. */
export interface ErrorRateGuard {
  readonly errorRate: { readonly max: number };
}

export const errorRateGuard: z.ZodType<ErrorRateGuard> = z.strictObject({
  errorRate: z.strictObject({ max: z.number().gt(0).lt(1) }),
});
