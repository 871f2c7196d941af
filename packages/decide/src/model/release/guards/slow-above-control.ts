import { z } from 'zod';
import { duration } from '../../scalars.ts';

/** Bad when surely more of treatment's requests take longer than `over` than of its concurrent control's. */
export interface SlowAboveControlGuard {
  readonly slowAboveControl: {
    readonly over: string;
    /** The rise in the share of slow requests that must be seen. */
    readonly effect: number;
    /** A rise that is tolerated. Default: 0. */
    readonly margin?: number;
  };
}

export const slowAboveControlGuard: z.ZodType<SlowAboveControlGuard> = z.strictObject({
  slowAboveControl: z.strictObject({
    over: duration,
    effect: z.number().gt(0).lt(1),
    margin: z.number().min(0).lt(1).exactOptional(),
  }),
});
