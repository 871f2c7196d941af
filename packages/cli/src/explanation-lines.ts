import type { ExplainedStep, Explanation } from '@ombre/decide';
import type { JsonValue } from '@ombre/decide/model';
import { formatTable } from './table.ts';
import { paint, type Terminal } from './terminal.ts';

/** An explanation for people: the answer, then each step in the order of decision, then the attributes that were read. */
export function formatExplanation(terminal: Terminal, explanation: Explanation): string {
  const { outcome } = explanation;
  const lines = [
    `${paint(terminal, 'bold', explanation.flag)} → ${JSON.stringify(outcome.value) ?? '(no value)'}${outcome.variant === undefined ? '' : ` (variant ${outcome.variant})`}`,
    [
      `reason ${outcome.error ?? outcome.reason}`,
      outcome.rule && `rule ${outcome.rule}`,
      outcome.row && `row ${outcome.row}`,
      outcome.release &&
        `release ${outcome.release}${outcome.level === undefined ? '' : ` level ${outcome.level}`} arm ${outcome.arm}`,
      outcome.action && `action ${JSON.stringify(outcome.action)}`,
    ]
      .filter((part) => part !== undefined)
      .join(', '),
    '',
    ...explanation.steps.flatMap((step) => stepLines(terminal, step)),
    '',
  ];
  const attributes = formatTable(
    ['attribute', 'status', 'value'],
    explanation.attributes.map(({ name, status, value }) => [
      name,
      status,
      value === undefined ? '' : JSON.stringify(value),
    ]),
    'no attribute was read',
  );
  return `${lines.join('\n')}\n${attributes}`;
}

function stepLines(terminal: Terminal, step: ExplainedStep): readonly string[] {
  const mark = step.taken ? paint(terminal, 'green', '✓') : paint(terminal, 'dim', '·');
  const head = `${mark} ${step.step}${step.name === undefined ? '' : ` ${step.name}`}: ${step.why}`;
  return step.details === undefined ? [head] : [head, ...treeLines(terminal, step.details, '    ')];
}

/** The tree of a condition: each sub-expression with its value. Other details as one line of JSON. */
function treeLines(terminal: Terminal, node: JsonValue, indent: string): readonly string[] {
  if (!isTrace(node)) return [indent + paint(terminal, 'dim', JSON.stringify(node))];
  const result =
    node.error === undefined ? JSON.stringify(node.value) : `error ${JSON.stringify(node.error)}`;
  const line = `${indent}${node.text} ${paint(terminal, 'dim', `= ${result}`)}`;
  const children = (node.children ?? []).filter((child) => !isLiteral(child));
  return [line, ...children.flatMap((child) => treeLines(terminal, child, `${indent}  `))];
}

/** Whether a sub-expression is its own value, such as `"CN"` or `0.7`: a line for it tells nothing. */
function isLiteral(node: JsonValue): boolean {
  if (!isTrace(node) || node.error !== undefined) return false;
  try {
    return JSON.stringify(JSON.parse(node.text)) === JSON.stringify(node.value);
  } catch {
    return false;
  }
}

interface Trace {
  readonly text: string;
  readonly value?: JsonValue;
  readonly error?: JsonValue;
  readonly children?: readonly JsonValue[];
}

function isTrace(node: JsonValue): node is JsonValue & Trace {
  return typeof node === 'object' && node !== null && 'text' in node;
}
