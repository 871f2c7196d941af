import { z } from 'zod';
import { type MetricQuestion, metricQuestion, query } from './metric-question.ts';

/** The health of a service that calls the changed one: bad when its query answers more than `max`, some times in a row. */
export interface CallerGuard {
  readonly caller: MetricQuestion & {
    readonly max: number;
    /** What it is compared with, such as the same an hour ago: then `max` is how many times as much is allowed. */
    readonly against?: string;
  };
}

export const callerGuard: z.ZodType<CallerGuard> = z.strictObject({
  caller: z.strictObject({ ...metricQuestion, max: z.number(), against: query.exactOptional() }),
});
