import { z } from 'zod';

/** Bad when treatment surely fails more often than its concurrent control, by more than `margin`. */
export interface ErrorsAboveControlGuard {
  readonly errorsAboveControl: {
    /** The rise in the share of failed requests that must be seen, such as 0.005: half a point. */
    readonly effect: number;
    /** A rise that is tolerated. Default: 0. */
    readonly margin?: number;
  };
}

export const errorsAboveControlGuard: z.ZodType<ErrorsAboveControlGuard> = z.strictObject({
  errorsAboveControl: z.strictObject({
    effect: z.number().gt(0).lt(1),
    margin: z.number().min(0).lt(1).exactOptional(),
  }),
});
