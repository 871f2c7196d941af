import { z } from 'zod';
import { duration, label } from '../../scalars.ts';

/** Bad when surely more of treatment's requests take longer than `over` than of its concurrent control's. */
export interface SlowAboveControlGuard {
  readonly slowAboveControl: {
    readonly over: string;
    /** The rise in the share of slow requests that must be seen. */
    readonly effect: number;
    /** A rise that is tolerated. Default: 0. */
    readonly margin?: number;
    /** Levels of the ladder whose users are compared by themselves as well. */
    readonly slices?: readonly string[];
    /** Where only such a slice is worse it alone is taken back, and the climb goes on. Default: false. */
    readonly returnSlices?: boolean;
  };
}

export const slowAboveControlGuard: z.ZodType<SlowAboveControlGuard> = z.strictObject({
  slowAboveControl: z.strictObject({
    over: duration,
    effect: z.number().gt(0).lt(1),
    margin: z.number().min(0).lt(1).exactOptional(),
    slices: z.array(label).min(1).max(20).exactOptional(),
    returnSlices: z.boolean().exactOptional(),
  }),
});
