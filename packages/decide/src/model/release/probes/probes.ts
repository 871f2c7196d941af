import { z } from 'zod';
import { duration } from '../../scalars.ts';
import { type HttpProbe, httpProbe } from './http.ts';
import { type MetricProbe, metricProbe } from './metric.ts';

export type Probe = HttpProbe | MetricProbe;

/** Asked in rounds: a round fails when any of them fails, and `rounds` failed rounds in a row are a failure. */
export interface Probes {
  /** Time between rounds. Default: 5s. */
  readonly every?: string;
  /** Default: 3. */
  readonly rounds?: number;
  readonly any: readonly Probe[];
}

export const probesSchema: z.ZodType<Probes> = z.strictObject({
  every: duration.exactOptional(),
  rounds: z.int().min(1).max(100).exactOptional(),
  any: z
    .array(z.union([httpProbe, metricProbe]))
    .min(1)
    .max(20),
});
