import { z } from 'zod';
import { label } from '../../scalars.ts';

/** Bad when treatment surely fails more often than its concurrent control, by more than `margin`. */
export interface ErrorsAboveControlGuard {
  readonly errorsAboveControl: {
    /** The rise in the share of failed requests that must be seen, such as 0.005: half a point. */
    readonly effect: number;
    /** A rise that is tolerated. Default: 0. */
    readonly margin?: number;
    /** Levels of the ladder whose users are compared by themselves as well. */
    readonly slices?: readonly string[];
    /** Where only such a slice is worse it alone is taken back, and the climb goes on. Default: false. */
    readonly returnSlices?: boolean;
  };
}

export const errorsAboveControlGuard: z.ZodType<ErrorsAboveControlGuard> = z.strictObject({
  errorsAboveControl: z.strictObject({
    effect: z.number().gt(0).lt(1),
    margin: z.number().min(0).lt(1).exactOptional(),
    slices: z.array(label).min(1).max(20).exactOptional(),
    returnSlices: z.boolean().exactOptional(),
  }),
});
