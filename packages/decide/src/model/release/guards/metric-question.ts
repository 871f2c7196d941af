import { z } from 'zod';
import { duration, label } from '../../scalars.ts';

/** A number that somebody else measures, asked for again and again. */
export interface MetricQuestion {
  /** What it is, for people and in evidence. */
  readonly name: string;
  /** PromQL that answers one number, or one by series: then the worst counts. */
  readonly query: string;
  /** Below this nothing is bad, whatever it is compared with. Default: 0. */
  readonly floor?: number;
  /** Answers in a row that must be over the limit. Default: 3. */
  readonly rounds?: number;
  /** Time between questions. Default: 5s. */
  readonly every?: string;
}

export const query: z.ZodType<string> = z.string().min(1).max(4096);

export const metricQuestion: {
  readonly name: z.ZodType<string>;
  readonly query: z.ZodType<string>;
  readonly floor: z.ZodExactOptional<z.ZodNumber>;
  readonly rounds: z.ZodExactOptional<z.ZodInt>;
  readonly every: z.ZodExactOptional<z.ZodType<string>>;
} = {
  name: label,
  query,
  floor: z.number().min(0).exactOptional(),
  rounds: z.int().min(1).max(100).exactOptional(),
  every: duration.exactOptional(),
};
