import type { CelEnvironment } from './environment.ts';
import { type CelIssue, type CelIssueCode, infer } from './infer.ts';
import { childrenOf, type IrNode, sizeOf } from './ir.ts';
import { type AuthorLimits, authorLimits, callCost, stepBudget } from './limits.ts';
import { parse } from './parse.ts';
import { programOf } from './program.ts';
import { resolve } from './resolve.ts';
import type { CelType } from './type.ts';

export type { CelIssue } from './infer.ts';

export type CheckResult =
  | {
      readonly ok: true;
      readonly type: CelType;
      readonly reads: readonly string[];
      readonly segments: readonly string[];
      /** Estimated worst cost in the steps of `stepBudget`; lists of unknown length count as 100 elements. */
      readonly cost: number;
    }
  | { readonly ok: false; readonly issues: readonly CelIssue[] };

/**
 * Parses an expression and checks it for its author, against the vocabulary and the limits. A syntax error is the only issue; otherwise every
 * wrong type and every limit passed is listed, in the order of the source.
 */
export function checkExpression(
  source: string,
  environment: CelEnvironment,
  expected?: CelType,
  limits: AuthorLimits = authorLimits,
): CheckResult {
  const parsed = parse(source);
  if (!parsed.ok) return { ok: false, issues: [parsed.issue] };
  const ir = resolve(parsed.syntax, environment);
  const { type, issues } = infer(ir, environment, expected);
  const cost = costOf(ir);
  const all = [...issues, ...exceeded(ir, cost, limits)].sort((a, b) => a.start - b.start || a.end - b.end);
  if (all.length > 0) return { ok: false, issues: all };
  const { reads, segments } = programOf(source, ir);
  return { ok: true, type, reads, segments, cost };
}

function exceeded(ir: IrNode, cost: number, limits: AuthorLimits): CelIssue[] {
  const { start, end } = ir;
  const issue = (code: CelIssueCode, message: string, most: number, found: number): CelIssue[] =>
    found <= most ? [] : [{ code, message, expected: `at most ${most}`, found: String(found), start, end }];
  return [
    ...issue('too_many_nodes', 'The expression has too many parts', limits.nodes, sizeOf(ir)),
    ...issue('too_many_calls', 'Calls are nested too deep', limits.callDepth, callDepth(ir)),
    ...(cost <= limits.cost ? [] : [tooCostly(ir, cost, limits.cost)]),
  ];
}

/** Says what an author can do about it; steps mean nothing to them, so the worst case is told as time. */
function tooCostly(ir: IrNode, cost: number, most: number): CelIssue {
  const depth = macroDepth(ir);
  const message =
    depth < 2
      ? 'The condition looks at too much; split it, or make part of it a Segment'
      : `Macros stand ${depth} deep inside each other, which multiplies; go one level less deep, or look for an element with \`in\``;
  const { start, end } = ir;
  return {
    code: 'too_costly',
    message,
    expected: `at most ${timeOf(most)} in the worst case`,
    found: timeOf(cost),
    start,
    end,
  };
}

/** Steps as the time they stand for. */
function timeOf(steps: number): string {
  const seconds = (steps / stepBudget) * 0.05;
  if (seconds < 1) return `${Math.ceil(seconds * 1000)} ms`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`;
}

function macroDepth(node: IrNode): number {
  const inside = Math.max(0, ...childrenOf(node).map(macroDepth));
  return node.kind === 'comprehension' ? inside + 1 : inside;
}

const calls: ReadonlySet<IrNode['kind']> = new Set([
  'call',
  'comprehension',
  'optMap',
  'optOr',
  'bind',
] as const);

function callDepth(node: IrNode): number {
  const inside = Math.max(0, ...childrenOf(node).map(callDepth));
  return calls.has(node.kind) ? inside + 1 : inside;
}

/** Elements a list of unknown length is taken to have. */
const assumedLength = 100;

function costOf(node: IrNode): number {
  const own = node.kind === 'call' ? 1 + callCost : 1;
  const inside = childrenOf(node).reduce((sum, child) => sum + costOf(child), own);
  if (node.kind !== 'comprehension') return inside;
  const range = costOf(node.range);
  return range + rounds(node.range) * (inside - range);
}

function rounds(range: IrNode): number {
  if (range.kind === 'constant' && Array.isArray(range.value)) return range.value.length;
  if (range.kind === 'list') return range.items.length;
  return range.kind === 'map' ? range.entries.length : assumedLength;
}
