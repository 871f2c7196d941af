import type { MurmurState } from '../bucketing/murmur3.ts';
import { saltState, thresholdOf, unitHash } from '../bucketing/position.ts';
import type { HoldoutSpec } from '../model/holdout.ts';
import type { ReleaseSpec } from '../model/release/release.ts';
import { MILLION, shareInMillionths } from '../model/share.ts';
import { type BoundContext, type UnitReader, unitReader } from './bound.ts';
import type { Schema } from './schema.ts';

/** A holdout that a release names; without a spec where there is none of the name. */
export interface NamedHoldout {
  readonly name: string;
  readonly spec: HoldoutSpec | undefined;
}

/** A range of hashes outside of which a release touches nobody: its part of a layer, or what a holdout leaves. */
export interface Confine {
  readonly salt: MurmurState;
  readonly unitOf: UnitReader;
  readonly from: number;
  readonly to: number;
  /** The instant from which it confines no more. */
  readonly until: number;
}

export const INSIDE = 0;
export const BEYOND = 1;
export const NO_UNIT = 2;
export type Side = typeof INSIDE | typeof BEYOND | typeof NO_UNIT;

/** What confines a release; undefined where nothing does, as mostly. */
export function planConfines(
  { layer }: ReleaseSpec,
  holdouts: readonly NamedHoldout[],
  schema: Schema,
  unitOf: UnitReader,
): readonly Confine[] | undefined {
  const limit = (share: number) => thresholdOf(shareInMillionths(share));
  const confines: Confine[] = [];
  if (layer) {
    const { name, from, to } = layer;
    const salt = saltState(`layer/${name}`);
    confines.push({ salt, unitOf, from: limit(from), to: limit(to), until: Number.POSITIVE_INFINITY });
  }
  for (const { name, spec } of holdouts) {
    if (spec === undefined) continue;
    confines.push({
      salt: saltState(`holdout/${name}`),
      unitOf: unitReader(schema, spec.unit),
      from: limit(spec.share),
      to: thresholdOf(MILLION),
      until: spec.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(spec.until),
    });
  }
  return confines.length === 0 ? undefined : confines;
}

/** On which side of its confines the context's unit is. The first that does not let it in decides. */
export function sideOf(confines: readonly Confine[], bound: BoundContext): Side {
  for (let index = 0; index < confines.length; index++) {
    const { salt, unitOf, from, to, until } = confines[index] as Confine;
    if (bound.now >= until) continue;
    const unit = unitOf(bound);
    if (unit === undefined) return NO_UNIT;
    const hash = unitHash(salt, unit) >>> 0;
    if (!(hash >= from && hash < to)) return BEYOND;
  }
  return INSIDE;
}
