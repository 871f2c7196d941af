import type { FlagSpec, JsonValue, Rule, ServeShare, ServeSplit } from '@ombre/decide/model';
import { equalJson } from './structural-diff.ts';

/** How much of a flag's units get another variant. */
export interface Movement {
  readonly flag: string;
  /** From 0 to 1; for `computed` at least this. */
  readonly share: number;
  /** Where more may move: weights of a split that change together. */
  readonly atMost?: number;
  /** Computed from the shares and weights themselves, or estimated on synthetic contexts. */
  readonly basis: 'computed' | 'estimated';
  /** Of which units, in words. */
  readonly of: string;
}

/** What moves between two specs of a flag, where that follows from shares and weights alone; undefined where it does not. */
export function computedMovement(flag: string, from: FlagSpec, to: FlagSpec): Movement | undefined {
  if (equalJson(decisive(from), decisive(to))) return { flag, share: 0, basis: 'computed', of: 'all units' };
  const [before, after] = [from.rules ?? [], to.rules ?? []];
  if (before.length !== after.length || !equalJson(decisive({ ...from, rules: after }), decisive(to)))
    return undefined;
  const changed = before.flatMap((rule, at) => (equalJson(json(rule), json(after[at])) ? [] : [at]));
  const [at = -1, ...others] = changed;
  const [old, now] = [before[at], after[at]];
  if (others.length > 0 || old === undefined || now === undefined) return undefined;
  const of = reaching(after, at);
  if ('share' in old.serve && 'share' in now.serve && alike(old, now, 'share')) {
    return { flag, share: growth(old.serve, now.serve), basis: 'computed', of };
  }
  if ('split' in old.serve && 'split' in now.serve && alike(old, now, 'split')) {
    return { flag, ...splitMovement(old.serve, now.serve), basis: 'computed', of };
  }
  return undefined;
}

/** Without what is only said about the flag. */
function decisive(spec: FlagSpec): JsonValue {
  const { doc: _, rules, ...rest } = spec;
  return json({ ...rest, rules: rules?.map(({ doc: __, ...rule }) => rule) ?? [] });
}

/** Whether two rules differ in nothing but one part of what they serve. */
function alike(one: Rule, other: Rule, part: 'share' | 'split'): boolean {
  const rest = ({ doc: _, serve, ...rule }: Rule) => json({ ...rule, serve: { ...serve, [part]: null } });
  return equalJson(rest(one), rest(other));
}

/** Growing a share moves nobody out, so exactly the difference moves. */
function growth(from: ServeShare, to: ServeShare): number {
  return rounded(Math.abs(to.share - from.share));
}

/**
 * A weighted rendezvous moves exactly the minimum δ (half the sum of differences between the proportions) when one weight changes, and at most 2δ/(1 + δ)
 * when several do.
 */
function splitMovement(
  { split: from }: ServeSplit,
  { split: to }: ServeSplit,
): { share: number; atMost?: number } {
  const variants = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  const [before, after] = [proportions(from), proportions(to)];
  const least =
    variants.reduce(
      (sum, variant) => sum + Math.abs((before.get(variant) ?? 0) - (after.get(variant) ?? 0)),
      0,
    ) / 2;
  const changed = variants.filter((variant) => (from[variant] ?? 0) !== (to[variant] ?? 0));
  const share = rounded(least);
  return changed.length <= 1 || least === 0
    ? { share }
    : { share, atMost: rounded((2 * least) / (1 + least)) };
}

function proportions(split: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const sum = Object.values(split).reduce((total, weight) => total + weight, 0);
  return new Map(Object.entries(split).map(([variant, weight]) => [variant, sum === 0 ? 0 : weight / sum]));
}

function reaching(rules: readonly Rule[], at: number): string {
  const rule = rules[at];
  if (at === 0 && rule?.when === undefined) return 'all units';
  return `the units that reach the rule ${JSON.stringify(rule?.id)}${rule?.when === undefined ? '' : ' and match it'}`;
}

function rounded(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}

function json(value: unknown): JsonValue {
  return value as JsonValue;
}
