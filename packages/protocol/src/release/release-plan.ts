import type { PlannedGuard, PlannedStep, ReleasePlan } from '@ombre/release';
import { z } from 'zod';

const guard: z.ZodType<PlannedGuard> = z.object({
  guard: z.string(),
  test: z.string(),
  declared: z.number(),
  seenByDwell: z.number().exactOptional(),
  seenByLongest: z.number().exactOptional(),
  expected: z.number().exactOptional(),
  fixedTest: z.number().exactOptional(),
  applies: z.boolean(),
  measured: z.boolean().exactOptional(),
});

const step: z.ZodType<PlannedStep> = z.object({
  level: z.string(),
  share: z.number(),
  dwell: z.number(),
  longest: z.number(),
  exposure: z.number(),
  requestsPerSecond: z.number(),
  control: z.boolean(),
  guards: z.array(guard),
  verdict: z.enum(['tested', 'not tested', 'refused']),
  sentence: z.string(),
});

/** What a release can see, and the traffic that was assumed. */
export interface PlanAnswer {
  readonly plan: ReleasePlan;
  readonly traffic: {
    readonly requestsPerSecond: number;
    readonly errorRate: number;
    /** `observed`: counted here of late; `given`: by the caller; `assumed`: nobody knows. */
    readonly source: 'observed' | 'given' | 'assumed';
    /** Part of it that conditions of levels hold for, where that was counted of late; else they are taken to hold for all. */
    readonly matching?: Readonly<Record<string, number>>;
  };
}

export const planAnswer: z.ZodType<PlanAnswer> = z.object({
  plan: z.object({
    alpha: z.number(),
    steps: z.array(step),
    shortest: z.number(),
    longest: z.number(),
    refused: z.boolean(),
  }),
  traffic: z.object({
    requestsPerSecond: z.number(),
    errorRate: z.number(),
    source: z.enum(['observed', 'given', 'assumed']),
    matching: z.record(z.string(), z.number()).exactOptional(),
  }),
});
