import { type CheckResult, checkExpression } from '@ombre/decide';
import type { Path } from '../issue/issue.ts';
import { didYouMean, listNames } from '../issue/suggest.ts';
import type { Draft } from '../shape/draft.ts';
import { isMapping, valueAt } from '../shape/schema-walk.ts';
import { inWordsOfIssues } from './cel-issues.ts';
import { constantOf } from './constant.ts';
import { contradiction } from './formula.ts';
import { comparisonsOf, segmentsOf } from './literals.ts';
import { checkName } from './references.ts';
import type { Report, World } from './world.ts';

/** A condition and where it is written. */
export interface WrittenCondition {
  readonly text: string;
  readonly path: Path;
  /** Whether a condition that fails counts as true, as it does for deny and throttle. */
  readonly failsClosed: boolean;
}

/** Every condition of a document, read from what was written: that of a rule with another mistake too. */
export function conditionsOf({ kind, value }: Draft): readonly WrittenCondition[] {
  const each = (list: string): readonly WrittenCondition[] => {
    const items = valueAt(value, ['spec', list]);
    return (Array.isArray(items) ? (items as readonly unknown[]) : []).flatMap((item, index) =>
      one(item, ['spec', list, index, 'when']),
    );
  };
  if (kind === 'Flag') return each('rules');
  if (kind === 'Release') return each('ladder');
  return kind === 'Segment' ? one(valueAt(value, ['spec']), ['spec', 'when']) : [];
}

function one(holder: unknown, path: Path): readonly WrittenCondition[] {
  if (!isMapping(holder) || typeof holder.when !== 'string' || holder.when === '') return [];
  return [{ text: holder.when, path, failsClosed: failsClosed(holder) }];
}

/** Whether a rule is taken when its condition cannot be evaluated. */
export function failsClosed(rule: Readonly<{ onError?: unknown; action?: unknown }>): boolean {
  if (rule.onError !== undefined) return rule.onError === 'match';
  return isMapping(rule.action) && !Object.hasOwn(rule.action, 'degrade');
}

/** Longer conditions are refused by their schema. */
const longest = 4096;

/** Checks all conditions: types, names, literals, segments, and whether one can be decided by reading it. */
export function checkConditions(world: World): void {
  const checked = new Map<string, CheckResult>();
  for (const draft of world.drafts) {
    // The paths are those written: nothing was taken away from them.
    const report = world.reportFor({ ...draft, written: (path) => path });
    for (const condition of conditionsOf(draft)) {
      if (condition.text.length > longest) continue;
      let result = checked.get(condition.text);
      if (result === undefined) {
        result = checkExpression(condition.text, world.environment, { kind: 'bool' });
        checked.set(condition.text, result);
        if (result.ok && result.reads.length === 0 && result.segments.length === 0) {
          world.constants.set(condition.text, constantOf(condition.text, world.vocabularies));
        }
      }
      checkCondition(condition, result, world, report);
    }
  }
}

function checkCondition(
  { text, path, failsClosed }: WrittenCondition,
  result: CheckResult,
  world: World,
  report: Report,
): void {
  for (const { name, start, end } of segmentsOf(text)) {
    checkName('Segment', name, path, world, report, { start, end });
  }
  if (!result.ok) {
    for (const issue of result.issues) {
      const { code, problem, details } = inWordsOfIssues(issue);
      report(code, path, { problem }, details);
    }
    return;
  }
  if (world.hasValues) checkLiterals(text, path, world, report);
  const constant = world.constants.get(text);
  if (constant === true) report('ALWAYS_TRUE', path, {});
  const why = constant === false ? 'it reads nothing that could differ' : contradiction(world.formula(text));
  if (why !== undefined && !failsClosed) report('NEVER_TRUE', path, { why });
}

function checkLiterals(text: string, path: Path, world: World, report: Report): void {
  for (const { attribute, literals } of comparisonsOf(text)) {
    const values = world.attributes.get(attribute)?.values;
    if (values === undefined) continue;
    for (const { value = '', start, end } of literals) {
      if (values.includes(value)) continue;
      const words = { attribute, literal: JSON.stringify(value) };
      const details = { expected: listNames(values), found: value, ...didYouMean(value, values) };
      report('UNKNOWN_LITERAL', path, words, { ...details, span: { start, end } });
    }
  }
}
