import { z } from 'zod';
import { type MetricQuestion, metricQuestion } from './metric-question.ts';

/** Bad when a number is more than `factor` times what it was at this time of the day before; the metrics' source keeps that history. */
export interface BaselineGuard {
  readonly baseline: MetricQuestion & {
    /** Default: 1.8. */
    readonly factor?: number;
    /** How many days are looked back; their mean is the baseline, from three known days on. Default: 7. */
    readonly days?: number;
  };
}

export const baselineGuard: z.ZodType<BaselineGuard> = z.strictObject({
  baseline: z.strictObject({
    ...metricQuestion,
    factor: z.number().gt(1).exactOptional(),
    days: z.int().min(3).max(28).exactOptional(),
  }),
});
