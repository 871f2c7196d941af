import { z } from 'zod';
import { duration, label, name } from '../scalars.ts';
import { type Consistency, consistencySchema } from './consistency.ts';
import { type Guard, guardSchema } from './guards/guard.ts';
import { type LayerRange, layerRangeSchema } from './layer.ts';
import { type Level, levelSchema } from './level.ts';
import { type Probes, probesSchema } from './probes/probes.ts';

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
  /** When nothing is known about health. Default: frozen until something is. */
  readonly onUnknown?: { readonly rollbackAfter: string };
  readonly ladder: readonly Level[];
  /** Its part of a layer; units outside are in neither arm. False: in no layer by choice, and may meet any other release. */
  readonly layer?: LayerRange | false;
  /** Holdouts it respects: their units are in neither arm. */
  readonly holdouts?: readonly string[];
  readonly guards?: readonly Guard[];
  readonly probes?: Probes;
  /** What must hold before steps are undone; until then they are not, and somebody is called. */
  readonly consistency?: readonly Consistency[];
  /** Time after the last level in which it still goes back by itself. Default: none. */
  readonly watch?: string;
}

export const releaseSpec: z.ZodType<ReleaseSpec> = z.strictObject({
  doc: z.string().max(1000).exactOptional(),
  flag: name,
  from: label,
  to: label,
  onChange: z.enum(['refuse', 'restart', 'carry-on']).exactOptional(),
  onFailure: z.enum(['rollback', 'freeze']).exactOptional(),
  onUnknown: z.strictObject({ rollbackAfter: duration }).exactOptional(),
  ladder: z.array(levelSchema).min(1).max(50),
  layer: z.union([z.literal(false), layerRangeSchema]).exactOptional(),
  holdouts: z
    .array(name)
    .min(1)
    .max(20)
    .refine((names) => new Set(names).size === names.length, { message: 'each holdout is named once' })
    .exactOptional(),
  guards: z.array(guardSchema).max(50).exactOptional(),
  probes: probesSchema.exactOptional(),
  consistency: z.array(consistencySchema).min(1).max(10).exactOptional(),
  watch: duration.exactOptional(),
});
