import type { MurmurState } from '../bucketing/murmur3.ts';
import { isBelow, saltState, thresholdOf, unitHash } from '../bucketing/position.ts';
import type { Placement } from '../model/release/placement.ts';
import { START } from '../model/release/placement.ts';
import type { ReleaseSpec } from '../model/release/release.ts';
import { MILLION, shareInMillionths } from '../model/share.ts';
import type { Ahead, Arm, Outcome } from '../outcome.ts';
import type { BoundContext, UnitReader } from './bound.ts';
import type { Condition } from './condition.ts';
import { type Confine, INSIDE, type NamedHoldout, NO_UNIT, planConfines, sideOf } from './confine.ts';
import { bandAhead, type NextLevel, planNext } from './next-level.ts';
import type { OutcomeMaker, OutcomeParts } from './outcomes.ts';
import type { Schema } from './schema.ts';

/** A share with its limits on hashes: below `treated` the unit is treated, from there below `compared` it is control. */
export interface Portion {
  readonly share: number;
  readonly treated: number;
  readonly compared: number;
}

export interface ReachedLevel extends Portion {
  readonly name: string;
  readonly condition: Condition | undefined;
}

export interface Exception extends Portion {
  readonly condition: Condition;
}

/**
 * A release as it stands. A unit is treated iff its position is below the largest share among reached levels whose condition holds;
 * positions from there up to twice the share are the concurrent control. Outside its confines it touches nobody.
 */
export interface ReleasePlan {
  readonly name: string;
  readonly spec: ReleaseSpec;
  readonly epoch: number;
  readonly salt: MurmurState;
  readonly levels: readonly ReachedLevel[];
  readonly exceptions: readonly Exception[];
  /** Absent: it may touch every unit. */
  readonly confines: readonly Confine[] | undefined;
  readonly unitOf: UnitReader;
  /** Absent: nobody is counted ahead. */
  readonly next: NextLevel | undefined;
}

/** Where a release puts a unit, as the index of one of {@link armOutcomes}. */
export type Admission = number;

/** No level admits the unit, or the release may not touch it. */
const OUTSIDE = 0;
const TREATMENT = 1;
const CONTROL = 2;
const REST = 3;
/** After the arms of the last level: the context has no unit, and the first band of the next level. */
const UNITLESS = 1;
const AHEAD = 2;
const ARMS: readonly Arm[] = ['treatment', 'control', 'none'];

/** What a snapshot says about a release. */
export interface ReleaseParts {
  readonly name: string;
  readonly spec: ReleaseSpec;
  readonly placement: Placement | undefined;
  /** Those its spec names, in its order. */
  readonly holdouts: readonly NamedHoldout[];
}

export function planRelease(
  { name, spec, placement, holdouts }: ReleaseParts,
  schema: Schema,
  unitOf: UnitReader,
): ReleasePlan {
  const { reached, shares, except, epoch } = placement ?? START;
  // Whom a holdout keeps out that is not here nobody can tell: so the release treats nobody.
  const isWhole = holdouts.every((holdout) => holdout.spec !== undefined);
  const climbed = isWhole ? reached : 0;
  const condition = (when: string | undefined) => (when === undefined ? undefined : schema.condition(when));
  return {
    name,
    spec,
    epoch,
    salt: saltState(`release/${name}`),
    levels: spec.ladder.slice(0, climbed).map((level, index) => ({
      name: level.name,
      condition: condition(level.when),
      ...portionOf(shareInMillionths(shares[index] ?? 0)),
    })),
    exceptions: (except ?? []).map(({ when, share }) => ({
      condition: schema.condition(when),
      ...portionOf(shareInMillionths(share)),
    })),
    confines: planConfines(spec, holdouts, schema, unitOf),
    unitOf,
    next: isWhole ? planNext(spec, { reached, epoch }, schema) : undefined,
  };
}

function portionOf(share: number): Portion {
  return { share, treated: thresholdOf(share), compared: thresholdOf(Math.min(2 * share, MILLION)) };
}

/** Which arm of which level the context's unit is in, or which band of the next. */
export function admit(plan: ReleasePlan, bound: BoundContext): Admission {
  const { levels, exceptions, next } = plan;
  let portion: Portion | undefined;
  let decided = 0;
  for (let index = 0; index < levels.length; index++) {
    const level = levels[index] as ReachedLevel;
    if (level.share <= (portion?.share ?? 0)) continue;
    if (level.condition === undefined || level.condition.isTrue(bound)) {
      portion = level;
      decided = index;
    }
  }
  if (portion === undefined) {
    const band = next === undefined ? -1 : bandAhead(plan, next, bound);
    return band === -1 ? OUTSIDE : 3 * levels.length + AHEAD + band;
  }
  for (const exception of exceptions) {
    if (exception.share < portion.share && exception.condition.isTrue(bound)) portion = exception;
  }
  if (portion.share === 0) return 3 * decided + REST;
  if (plan.confines !== undefined) {
    const side = sideOf(plan.confines, bound);
    if (side !== INSIDE) return side === NO_UNIT ? 3 * levels.length + UNITLESS : OUTSIDE;
  }
  if (portion.share === MILLION) return 3 * decided + TREATMENT;
  const unit = plan.unitOf(bound);
  if (unit === undefined) return 3 * levels.length + UNITLESS;
  const hash = unitHash(plan.salt, unit);
  if (isBelow(hash, portion.treated)) return 3 * decided + TREATMENT;
  return 3 * decided + (isBelow(hash, portion.compared) ? CONTROL : REST);
}

/**
 * What becomes of an outcome that serves `from`, for each {@link Admission}: outside, the three arms of each level, no unit, the
 * bands of the next level.
 */
export function armOutcomes(plan: ReleasePlan, base: OutcomeParts, maker: OutcomeMaker): readonly Outcome[] {
  const { name, epoch, levels, spec, next } = plan;
  const of = (level: string | undefined, arm: Arm, ahead?: Ahead) => ({
    release: { release: name, level, arm, epoch, ahead },
  });
  return [
    maker.make({ ...base, ...of(undefined, 'none') }),
    ...levels.flatMap((level) =>
      ARMS.map((arm) =>
        arm === 'treatment'
          ? maker.make({ ...base, ...of(level.name, arm), variant: spec.to, reason: 'release' })
          : maker.make({ ...base, ...of(level.name, arm) }),
      ),
    ),
    maker.make({ ...base, ...of(undefined, 'none'), reason: 'error', error: 'TARGETING_KEY_MISSING' }),
    ...(next?.bands ?? []).map((ahead) => maker.make({ ...base, ...of(undefined, 'none', ahead) })),
  ];
}
