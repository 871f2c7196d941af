import type { Rule } from '@ombre/decide/model';
import { servesEverybody } from './check-serve.ts';
import { failsClosed, meaningOf } from './conditions.ts';
import { contradiction, type Formula, implies } from './formula.ts';
import type { Report, World } from './world.ts';

/** Comparing each rule with each before it is quadratic; with more rules than this only the nearest are compared. */
const compared = 200;

/** Reports rules that an earlier one always forestalls: one that serves everybody, or serves whoever this one would match. */
export function checkReachable(rules: readonly Rule[], world: World, report: Report): void {
  const serving: { readonly id: string; readonly formula: Formula }[] = [];
  for (const [index, rule] of rules.entries()) {
    const formula = frameOf(rule.when, world);
    // A rule that fails closed is also taken where its condition has no truth, which proves nothing about others.
    const open = formula !== undefined && !failsClosed(rule) && contradiction(formula) === undefined;
    const earlier = open && serving.slice(-compared).find((one) => implies(formula, one.formula));
    if (earlier) {
      const why = `the rule ${JSON.stringify(earlier.id)} before it serves whoever this one would match`;
      report('UNREACHABLE_RULE', ['spec', 'rules', index], { rule: JSON.stringify(rule.id), why });
    }
    if (!servesEverybody(rule.serve)) continue;
    if (formula !== undefined) {
      serving.push({ id: rule.id, formula });
      continue;
    }
    const next = rules[index + 1];
    if (next === undefined) return;
    const others = rules.length - index - 2;
    const more = others > 0 ? ` (nor is any rule after it)` : '';
    const why = `the rule ${JSON.stringify(rule.id)} before it serves everybody${more}`;
    report('UNREACHABLE_RULE', ['spec', 'rules', index + 1], { rule: JSON.stringify(next.id), why });
    return;
  }
}

/** The frame of a condition; undefined if it holds for everybody, being absent or always true. */
export function frameOf(when: string | undefined, world: World): Formula | undefined {
  return when === undefined || meaningOf(when, world)?.constant === true
    ? undefined
    : world.language.formula(when);
}
