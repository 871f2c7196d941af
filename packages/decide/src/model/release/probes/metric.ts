import { z } from 'zod';

/** Fails when a query to the metrics' source answers more than `max`: a transaction failure rate, failed commits, a step's seconds. No answer or NaN is unknown. */
export interface MetricProbe {
  readonly metric: { readonly query: string; readonly max: number };
}

export const metricProbe: z.ZodType<MetricProbe> = z.strictObject({
  metric: z.strictObject({ query: z.string().min(1).max(4096), max: z.number() }),
});
