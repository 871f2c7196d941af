import { isBelow, unitHash } from '../bucketing/position.ts';
import { splitIndex } from '../bucketing/split.ts';
import type { Outcome } from '../outcome.ts';
import type { BoundContext } from './bound.ts';
import type { FlagPlan, RulePlan, ServePlan, Site } from './flag-plan.ts';
import { admit } from './release-plan.ts';

/** Decides a flag for a context. */
export type Decide = (bound: BoundContext) => Outcome;

/** Decides by walking the plan: for flags that are seldom asked, and where no code may be generated. */
export function decideByPlan(plan: FlagPlan): Decide {
  const { kill, validity, prerequisites, targets, rules, fallback } = plan;
  return (bound) => {
    if (kill !== undefined && bound.now < kill.until) return kill.outcome;
    if (validity !== undefined && !(bound.now >= validity.from && bound.now < validity.until))
      return validity.outcome;
    for (const prerequisite of prerequisites) {
      if (servedVariant(bound, prerequisite.number) !== prerequisite.variant) return plan.unmet;
    }
    if (targets !== undefined) {
      const target = targetFor(plan, bound);
      if (target !== undefined) return target;
    }
    for (let index = 0; index < rules.length; index++) {
      const rule = rules[index] as RulePlan;
      if (rule.serve === undefined || !ruleMatches(rule, bound)) continue;
      const outcome = serve(rule.serve, plan, bound);
      if (outcome !== undefined) return outcome;
    }
    return settle(fallback, plan, bound);
  };
}

export function ruleMatches({ condition, matchOnError }: RulePlan, bound: BoundContext): boolean {
  if (condition === undefined) return true;
  return matchOnError ? !condition.isFalse(bound) : condition.isTrue(bound);
}

/** What a rule that matched serves; undefined where it passes the unit on to the next rule. */
export function serve(plan: ServePlan, flag: FlagPlan, bound: BoundContext): Outcome | undefined {
  switch (plan.kind) {
    case 'variant':
      return settle(plan.site, flag, bound);
    case 'share': {
      const unit = flag.unitOf(bound);
      if (unit === undefined) return flag.unitMissing;
      return isBelow(unitHash(plan.salt, unit), plan.threshold) ? settle(plan.site, flag, bound) : undefined;
    }
    case 'split': {
      const unit = flag.unitOf(bound);
      if (unit === undefined) return flag.unitMissing;
      return settle(plan.sites[splitIndex(plan.split, unitHash(plan.salt, unit))] as Site, flag, bound);
    }
    case 'table': {
      const found = bound.snapshot.tables.items[plan.number]?.find(bound);
      const row = found && plan.rowPlan(found.index, found.row.id, found.row.serve);
      return row && serve(row, flag, bound);
    }
  }
}

/** The outcome of a site, the release's substitution included. */
function settle(site: Site, { release }: FlagPlan, bound: BoundContext): Outcome {
  if (site.arms === undefined || release === undefined) return site.outcome;
  return site.arms[admit(release, bound)] as Outcome;
}

/** The outcome an operator laid down for the context's unit. */
export function targetFor({ targets, unitOf }: FlagPlan, bound: BoundContext): Outcome | undefined {
  const unit = unitOf(bound);
  const target = unit === undefined ? undefined : targets?.get(unit);
  return target !== undefined && bound.now < target.until ? target.outcome : undefined;
}

/** The variant another flag serves; undefined where it fails. */
export function servedVariant(bound: BoundContext, number: number): string | undefined {
  const outcome = bound.snapshot.flagCells.items[number]?.decide(bound);
  return outcome?.error === undefined ? outcome?.variant : undefined;
}
