import { z } from 'zod';
import { condition, duration, label, share } from '../scalars.ts';
import { type Gate, gateSchema } from './gate.ts';
import { type SagaStep, sagaStepSchema } from './saga.ts';

/** A smaller share on the way to a level's own, with the time it is held while health is good. */
export interface LevelStep {
  readonly share: number;
  readonly dwell: string;
}

/** One level of the ladder. Levels are cumulative: whoever an earlier one admitted stays in. */
export interface Level {
  readonly name: string;
  /** CEL; absent: everybody. */
  readonly when?: string;
  /** The largest share of matching units this level treats. */
  readonly share: number;
  /** Time at the level while health is good. */
  readonly dwell: string;
  /** Smaller shares climbed first, ascending. */
  readonly steps?: readonly LevelStep[];
  /** What must agree before the level is entered. */
  readonly gate?: Gate;
  /** Done in order when the gate has agreed, before anybody is treated; undone in reverse order when the release goes back. */
  readonly before?: readonly SagaStep[];
  /** How long a step is held at most while there is too little data to decide; then it freezes and alerts. Default: three times its dwell. */
  readonly longest?: string;
  /** Goes on although there may be too little data to see harm: "not tested", by choice. */
  readonly untested?: boolean;
}

export const levelSchema: z.ZodType<Level> = z.strictObject({
  name: label,
  when: condition.exactOptional(),
  share,
  dwell: duration,
  steps: z
    .array(z.strictObject({ share, dwell: duration }))
    .min(1)
    .max(50)
    .exactOptional(),
  gate: gateSchema.exactOptional(),
  before: z
    .array(sagaStepSchema)
    .min(1)
    .max(20)
    .refine((steps) => new Set(steps.map(({ name }) => name)).size === steps.length, {
      message: 'the steps of a level have names of their own',
    })
    .exactOptional(),
  longest: duration.exactOptional(),
  untested: z.boolean().exactOptional(),
});
