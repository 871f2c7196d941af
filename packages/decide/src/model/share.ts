import { z } from 'zod';

/** Positions of units and sizes of shares are counted in millionths. */
export const MILLION = 1_000_000;

/** A fraction of all units, 0 to 1, with at most six decimals. */
export const share: z.ZodType<number> = z
  .number()
  .min(0)
  .max(1)
  .refine((value) => Math.abs(value * MILLION - Math.round(value * MILLION)) < 1e-6, {
    message: 'a share has at most six decimals',
  });

/** The share as an integer count of millionths. */
export function shareInMillionths(value: number): number {
  return Math.round(value * MILLION);
}
