import type {
  Blast,
  FreezeCause,
  GuardEvidence,
  HealthVerdict,
  Phase,
  RollbackParts,
  RollbackRecord,
} from '@ombre/release';
import { z } from 'zod';

/** Where a release can stand. */
export const RELEASE_PHASES: readonly [Phase, ...Phase[]] = [
  'pending',
  'climbing',
  'dwelling',
  'waiting',
  'frozen',
  'rolling-back',
  'rolled-back',
  'watching',
  'completed',
  'landed',
];

export const phase: z.ZodType<Phase> = z.enum(RELEASE_PHASES);

export const freezeCause: z.ZodType<FreezeCause> = z.enum([
  'unknown',
  'paused',
  'failure',
  'undecided',
  'changed',
  'killed',
]);

export const healthVerdict: z.ZodType<HealthVerdict> = z.enum(['good', 'bad', 'undecided', 'unknown']);

export const guardEvidence: z.ZodType<GuardEvidence> = z.object({
  guard: z.string(),
  source: z.string(),
  verdict: healthVerdict,
  sentence: z.string(),
  numbers: z.record(z.string(), z.number()),
  window: z.object({ from: z.number(), to: z.number() }),
  since: z.number().exactOptional(),
  requests: z.number(),
  units: z.number(),
  series: z.array(z.object({ at: z.number(), events: z.number(), trials: z.number() })),
  returns: z.array(z.string()).exactOptional(),
  over: z.literal(true).exactOptional(),
});

export const blast: z.ZodType<Blast> = z.object({
  requests: z.number(),
  treated: z.number(),
  units: z.number(),
  bad: z.number(),
  expected: z.number(),
  slow: z.array(z.object({ over: z.number(), bad: z.number(), expected: z.number() })).exactOptional(),
});

const time = z.number();

const parts: z.ZodType<RollbackParts> = z.object({
  detection: time.exactOptional(),
  decision: time.exactOptional(),
  propagation: time.exactOptional(),
  drain: time.exactOptional(),
  undo: time.exactOptional(),
});

export const rollback: z.ZodType<
  RollbackRecord & { readonly parts: RollbackParts; readonly sentence: string }
> = z.object({
  cause: z.enum(['guard', 'probe', 'saga', 'abort', 'unknown', 'changed', 'deleted']),
  why: z.string(),
  by: z.string(),
  evidence: z.array(guardEvidence),
  faultAt: time.exactOptional(),
  detectedAt: time.exactOptional(),
  decidedAt: time,
  placedAt: time.exactOptional(),
  activatedAt: time.exactOptional(),
  drainedAt: time.exactOptional(),
  undoneAt: time.exactOptional(),
  stood: z.array(z.object({ level: z.string(), share: z.number() })).exactOptional(),
  open: z.number().exactOptional(),
  blast: blast.exactOptional(),
  parts,
  sentence: z.string(),
});
