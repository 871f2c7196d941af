import { isBelow, thresholdOf, unitHash } from '../bucketing/position.ts';
import { bandsOf, cutOf } from '../model/release/bands.ts';
import type { Placement } from '../model/release/placement.ts';
import type { ReleaseSpec } from '../model/release/release.ts';
import type { Ahead } from '../outcome.ts';
import type { BoundContext } from './bound.ts';
import type { Condition } from './condition.ts';
import { INSIDE, sideOf } from './confine.ts';
import type { ReleasePlan } from './release-plan.ts';
import type { Schema } from './schema.ts';

/** The level that the climb comes to next, for counting ahead who will be in which of its arms. */
export interface NextLevel {
  readonly condition: Condition | undefined;
  /** By band: the limit on hashes that ends it. */
  readonly ends: readonly number[];
  /** By band: what its outcomes say. */
  readonly bands: readonly Ahead[];
}

/** Undefined at the top of the ladder, where nobody will be compared from the next level on, and where the release was taken back. */
export function planNext(
  { ladder }: ReleaseSpec,
  { reached, epoch }: Pick<Placement, 'reached' | 'epoch'>,
  schema: Schema,
): NextLevel | undefined {
  const level = ladder[reached];
  const takenBack = reached === 0 && epoch > 0;
  if (level === undefined || takenBack) return undefined;
  const ends = bandsOf(ladder, reached);
  if (ends.length === 0) return undefined;
  const cut = cutOf(ends);
  const bandTo = (below: number, k: number) =>
    Object.freeze<Ahead>({ level: level.name, from: ends[k - 1] ?? 0, below, cut });
  return {
    condition: level.when === undefined ? undefined : schema.condition(level.when),
    ends: ends.map(thresholdOf),
    bands: ends.map(bandTo),
  };
}

/** The band of the next level that a unit is in which no reached level holds for; −1 where it is in none. Never throws. */
export function bandAhead(plan: ReleasePlan, { condition, ends }: NextLevel, bound: BoundContext): number {
  try {
    if (condition !== undefined && !condition.isTrue(bound)) return -1;
    // From whom a slice was taken back, the level will have other arms.
    if (plan.exceptions.some((exception) => exception.condition.isTrue(bound))) return -1;
    if (plan.confines !== undefined && sideOf(plan.confines, bound) !== INSIDE) return -1;
    const unit = plan.unitOf(bound);
    if (unit === undefined) return -1;
    const hash = unitHash(plan.salt, unit);
    for (let band = 0; band < ends.length; band++) if (isBelow(hash, ends[band] as number)) return band;
  } catch {
    // A condition that cannot be asked here breaks its level when that is reached, and nothing before.
  }
  return -1;
}
