import type { Path } from '../issue/issue.ts';
import { didYouMean, listNames } from '../issue/suggest.ts';
import type { Draft } from '../shape/draft.ts';
import { isMapping, valueAt } from '../shape/schema-walk.ts';
import { inWordsOfIssues } from './cel-issues.ts';
import type { Meaning } from './language.ts';
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

/** What a condition means; undefined for one that its schema refuses. */
export function meaningOf(condition: string, world: World): Meaning | undefined {
  return condition === '' || condition.length > longest ? undefined : world.language.meaning(condition);
}

/** Checks the conditions of a document: types, names, literals, segments, and whether one can be decided by reading it. */
export function checkConditions(draft: Draft, world: World): void {
  // The paths are those written: nothing was taken away from them.
  const report = world.reportFor({ ...draft, written: (path) => path });
  for (const condition of conditionsOf(draft)) {
    const meaning = meaningOf(condition.text, world);
    if (meaning !== undefined) checkCondition(condition, meaning, world, report);
  }
}

function checkCondition(
  { text, path, failsClosed }: WrittenCondition,
  { checked, constant, never }: Meaning,
  world: World,
  report: Report,
): void {
  for (const { name, start, end } of segmentsOf(text)) {
    checkName('Segment', name, path, world, report, { start, end });
  }
  if (!checked.ok) {
    for (const issue of checked.issues) {
      const { code, problem, details } = inWordsOfIssues(issue, text);
      report(code, path, { problem }, details);
    }
    return;
  }
  if (world.language.hasValues) checkLiterals(text, path, world, report);
  if (constant === true) report('ALWAYS_TRUE', path, {});
  if (never !== undefined && !failsClosed) report('NEVER_TRUE', path, { why: never });
}

function checkLiterals(text: string, path: Path, world: World, report: Report): void {
  for (const { attribute, literals } of comparisonsOf(text)) {
    const values = world.language.attributes.get(attribute)?.values;
    if (values === undefined) continue;
    for (const { value = '', start, end } of literals) {
      if (values.includes(value)) continue;
      const words = { attribute, literal: JSON.stringify(value) };
      const details = { expected: listNames(values), found: value, ...didYouMean(value, values) };
      report('UNKNOWN_LITERAL', path, words, { ...details, span: { start, end } });
    }
  }
}
