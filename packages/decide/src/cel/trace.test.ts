import { describe, expect, test } from 'vitest';
import type { CelEnvironment } from './environment.ts';
import { compileProgram } from './program.ts';
import { type TraceNode, traceProgram } from './trace.ts';
import { CelError, type CelValue } from './value.ts';

const environment: CelEnvironment = {
  attributes: new Map([
    ['tier', { kind: 'string' }],
    ['age', { kind: 'int' }],
  ]),
};

function trace(source: string, values: Readonly<Record<string, CelValue>>): TraceNode {
  return traceProgram(compileProgram(source, environment), {
    attribute: (name) => values[name],
    inSegment: (name) => name === 'beta',
  });
}

/** A tree as lines: indented, each with what it came to. */
function lines(node: TraceNode, indent = ''): string[] {
  const outcome = node.outcome instanceof CelError ? node.outcome.code : String(node.outcome as string);
  return [
    `${indent}${node.text} → ${outcome}`,
    ...node.children.flatMap((child) => lines(child, `${indent}  `)),
  ];
}

describe('a trace', () => {
  test('shows every sub-expression with its value, and not what was not needed', () => {
    expect(
      lines(trace('tier == "L5" && age > 18 || inSegment("beta") || age > 60', { tier: 'L3', age: 30n })),
    ).toEqual([
      'tier == "L5" && age > 18 || inSegment("beta") || age > 60 → true',
      '  tier == "L5" && age > 18 → false',
      '    tier == "L5" → false',
      '      tier → L3',
      '      "L5" → L5',
      '  inSegment("beta") → true',
    ]);
  });

  test('shows which attribute was missing', () => {
    expect(lines(trace('age > 18', {}))).toEqual(['age > 18 → missing', '  age → missing']);
  });

  test('shows each round of a macro', () => {
    const rounds = lines(trace('[1, 2, 3].exists(x, x > 1)', {})).filter((line) =>
      line.startsWith('  x > 1'),
    );
    expect(rounds).toEqual(['  x > 1 → false', '  x > 1 → true']);
  });

  test('remembers a bounded number of steps and still has the answer', () => {
    const all = trace(
      '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].all(a, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].all(b, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].all(c, a + b + c > 0)))',
      {},
    );
    const count = (node: TraceNode): number => node.children.reduce((sum, child) => sum + count(child), 1);
    expect(all.outcome).toBe(true);
    expect(count(all)).toBeLessThanOrEqual(2000);
  });
});
