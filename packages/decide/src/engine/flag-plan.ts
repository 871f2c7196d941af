import type { MurmurState } from '../bucketing/murmur3.ts';
import { saltState, thresholdOf } from '../bucketing/position.ts';
import { makeSplit, type Split } from '../bucketing/split.ts';
import type { Action, FlagSpec, Rule } from '../model/flag.ts';
import type { Override } from '../model/override.ts';
import type { Serve } from '../model/serve.ts';
import { MILLION, shareInMillionths } from '../model/share.ts';
import type { Outcome } from '../outcome.ts';
import { type UnitReader, unitReader } from './bound.ts';
import type { Condition } from './condition.ts';
import { OutcomeMaker, type OutcomeParts } from './outcomes.ts';
import { armOutcomes, planRelease, type ReleaseParts, type ReleasePlan } from './release-plan.ts';
import type { Schema } from './schema.ts';

/** What a snapshot says about one flag: its spec with what controllers and operators laid over it. */
export interface FlagParts {
  readonly name: string;
  readonly spec: FlagSpec;
  readonly override: Override | undefined;
  readonly release: ReleaseParts | undefined;
}

/** A place where a variant is served: one outcome, or one per arm where a release may put `to` in its place. */
export interface Site {
  readonly parts: OutcomeParts;
  readonly outcome: Outcome;
  /** By {@link Admission}; absent where no release substitutes. */
  readonly arms: readonly Outcome[] | undefined;
}

export type ServePlan =
  | { readonly kind: 'variant'; readonly site: Site }
  | {
      readonly kind: 'share';
      readonly salt: MurmurState;
      /** In millionths; 0 < share < a million. */
      readonly share: number;
      readonly threshold: number;
      readonly site: Site;
    }
  | {
      readonly kind: 'split';
      readonly salt: MurmurState;
      readonly split: Split;
      readonly sites: readonly Site[];
    }
  | {
      readonly kind: 'table';
      readonly number: number;
      readonly table: string;
      /** What a row serves in this flag, planned when the row is first hit; undefined where the flag has no such variant. */
      readonly rowPlan: (index: number, id: string, serve: Serve) => ServePlan | undefined;
    };

export interface RulePlan {
  readonly id: string;
  readonly condition: Condition | undefined;
  /** Whether it matches when its condition has no value: fails closed. */
  readonly matchOnError: boolean;
  /** undefined where it can serve nobody: a share of 0. */
  readonly serve: ServePlan | undefined;
}

export interface Target {
  readonly outcome: Outcome;
  readonly until: number;
}

/** A flag ready to be decided, in the order of decision. */
export interface FlagPlan {
  readonly name: string;
  readonly parts: FlagParts;
  /** The kill lasts until before this instant. */
  readonly kill: { readonly until: number; readonly outcome: Outcome } | undefined;
  /** It decides in [from, until). */
  readonly validity: { readonly from: number; readonly until: number; readonly outcome: Outcome } | undefined;
  readonly prerequisites: readonly {
    readonly flag: string;
    readonly number: number;
    readonly variant: string;
  }[];
  readonly unmet: Outcome;
  readonly targets: ReadonlyMap<string, Target> | undefined;
  readonly rules: readonly RulePlan[];
  readonly fallback: Site;
  readonly release: ReleasePlan | undefined;
  /** The slot of the unit; undefined for the targeting key. */
  readonly unitSlot: number | undefined;
  readonly unitOf: UnitReader;
  readonly unitMissing: Outcome;
}

/** Plans a flag. Throws where the spec contradicts itself, as no checked spec does. */
export function planFlag(parts: FlagParts, schema: Schema): FlagPlan {
  const { name, spec, override } = parts;
  const maker = new OutcomeMaker(name, spec);
  for (const variant of [spec.default, spec.off])
    if (!maker.has(variant)) throw new Error(`there is no variant ${variant}`);
  const off = (reason: OutcomeParts['reason']) => maker.make({ variant: spec.off, reason });
  const unitSlot = spec.unit === undefined ? undefined : (schema.slotOf(spec.unit) ?? -1);
  const unitOf = unitReader(schema, spec.unit);
  const release = parts.release && planRelease(parts.release, schema, unitOf);

  const site = (made: OutcomeParts): Site => {
    if (!maker.has(made.variant)) throw new Error(`there is no variant ${made.variant}`);
    const moves = release !== undefined && made.variant === release.spec.from && made.action === undefined;
    return {
      parts: made,
      outcome: maker.make(made),
      arms: moves ? armOutcomes(release, made, maker) : undefined,
    };
  };
  const servePlan = (serve: Serve, rule: Rule, row?: string): ServePlan | undefined => {
    const base = { rule: rule.id, row, action: rule.action as Action | undefined };
    const salt = () => saltState(('salt' in serve ? serve.salt : undefined) ?? `${name}/${rule.id}`);
    if ('split' in serve) {
      const split = makeSplit(serve.split);
      if (split === undefined) return undefined;
      const sites = split.variants.map((variant) => site({ ...base, variant, reason: 'split' }));
      return { kind: 'split', salt: salt(), split, sites };
    }
    if ('share' in serve) {
      const share = shareInMillionths(serve.share);
      const shared = site({ ...base, variant: serve.variant, reason: 'split' });
      if (share <= 0) return undefined;
      if (share >= MILLION) return { kind: 'variant', site: shared };
      return { kind: 'share', salt: salt(), share, threshold: thresholdOf(share), site: shared };
    }
    if ('table' in serve) {
      const rowPlan = (_index: number, id: string, served: Serve) => {
        try {
          return 'table' in served ? undefined : servePlan(served, rule, id);
        } catch {
          return undefined;
        }
      };
      return {
        kind: 'table',
        number: schema.numberings.tables.of(serve.table),
        table: serve.table,
        rowPlan: remembered(rowPlan),
      };
    }
    return { kind: 'variant', site: site({ ...base, variant: serve.variant, reason: 'rule' }) };
  };

  const rules = (spec.rules ?? []).map((rule) => ({
    id: rule.id,
    condition: rule.when === undefined ? undefined : schema.condition(rule.when),
    matchOnError: (rule.onError ?? defaultOnError(rule.action)) === 'match',
    serve: servePlan(rule.serve, rule),
  }));
  const targets = targetsOf(override, maker);
  const prerequisites = (spec.prerequisites ?? []).map(({ flag, variant }) => ({
    flag,
    variant,
    number: schema.numberings.flags.of(flag),
  }));
  const validity = validityOf(spec);
  const undecided = rules.length + prerequisites.length === 0 && !release && !targets && !validity;
  return {
    name,
    parts,
    kill: override?.kill && { until: override.kill.until ?? Number.POSITIVE_INFINITY, outcome: off('kill') },
    validity: validity && { ...validity, outcome: off('validity') },
    prerequisites,
    unmet: off('prerequisite'),
    targets,
    rules,
    fallback: site({ variant: spec.default, reason: undecided ? 'static' : 'default' }),
    release,
    unitSlot,
    unitOf,
    unitMissing: maker.make({ variant: spec.default, reason: 'error', error: 'TARGETING_KEY_MISSING' }),
  };
}

/** Deny and throttle fail closed; all else is skipped. */
function defaultOnError(action: Action | undefined): 'skip' | 'match' {
  return action !== undefined && ('deny' in action || 'throttle' in action) ? 'match' : 'skip';
}

function validityOf({ validity }: FlagSpec): { readonly from: number; readonly until: number } | undefined {
  if (validity === undefined) return undefined;
  const { from, until } = validity;
  return {
    from: from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from),
    until: until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until),
  };
}

function targetsOf(
  override: Override | undefined,
  maker: OutcomeMaker,
): ReadonlyMap<string, Target> | undefined {
  if (override?.targets === undefined) return undefined;
  const targets = new Map<string, Target>();
  for (const [unit, { variant, until }] of Object.entries(override.targets)) {
    if (!maker.has(variant)) continue;
    targets.set(unit, {
      outcome: maker.make({ variant, reason: 'target' }),
      until: until ?? Number.POSITIVE_INFINITY,
    });
  }
  return targets.size === 0 ? undefined : targets;
}

/** Plans by row. A delta may exchange the table and leave the flag as it is, so a row counts as known only while it is the same. */
function remembered(plan: (index: number, id: string, serve: Serve) => ServePlan | undefined): typeof plan {
  const known: { readonly serve: Serve; readonly plan: ServePlan | undefined }[] = [];
  return (index, id, serve) => {
    let found = known[index];
    if (found === undefined || found.serve !== serve) {
      found = { serve, plan: plan(index, id, serve) };
      known[index] = found;
    }
    return found.plan;
  };
}
