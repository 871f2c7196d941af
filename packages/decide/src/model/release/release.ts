import { z } from 'zod';
import { condition, duration, label, name, share } from '../scalars.ts';
import { type ErrorRateGuard, errorRateGuard } from './guards/error-rate.ts';
import { type LatencyGuard, latencyGuard } from './guards/latency.ts';

export type Guard = ErrorRateGuard | LatencyGuard;

/** One step of the ladder. Levels are cumulative: whoever an earlier one admitted stays in. */
export interface Level {
  readonly name: string;
  /** CEL; absent: everybody. */
  readonly when?: string;
  /** The largest share of matching units this level treats. */
  readonly share: number;
  /** Time at the level while health is good. */
  readonly dwell: string;
}

/** Moves a flag from one variant to another, level by level. */
export interface ReleaseSpec {
  readonly doc?: string;
  readonly flag: string;
  readonly from: string;
  readonly to: string;
  /** When flag, segments or tables it pins change while it climbs. Default: refuse. */
  readonly onChange?: 'refuse' | 'restart' | 'carry-on';
  /** Default: rollback. */
  readonly onFailure?: 'rollback' | 'freeze';
  readonly ladder: readonly Level[];
  readonly guards?: readonly Guard[];
}

export const releaseSpec: z.ZodType<ReleaseSpec> = z.strictObject({
  doc: z.string().max(1000).exactOptional(),
  flag: name,
  from: label,
  to: label,
  onChange: z.enum(['refuse', 'restart', 'carry-on']).exactOptional(),
  onFailure: z.enum(['rollback', 'freeze']).exactOptional(),
  ladder: z
    .array(z.strictObject({ name: label, when: condition.exactOptional(), share, dwell: duration }))
    .min(1)
    .max(50),
  guards: z
    .array(z.union([errorRateGuard, latencyGuard]))
    .max(50)
    .exactOptional(),
});
