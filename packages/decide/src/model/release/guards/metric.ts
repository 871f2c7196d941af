import { z } from 'zod';
import { type MetricQuestion, metricQuestion, query } from './metric-question.ts';

/** Bad when the query answers more than `max`, some times in a row; silence, NaN and an empty answer are unknown. */
export interface MetricGuard {
  readonly metric: MetricQuestion & {
    readonly max: number;
    /** What it is compared with, such as the same of the old version: then `max` is how many times as much is allowed. */
    readonly against?: string;
  };
}

export const metricGuard: z.ZodType<MetricGuard> = z.strictObject({
  metric: z.strictObject({ ...metricQuestion, max: z.number(), against: query.exactOptional() }),
});
