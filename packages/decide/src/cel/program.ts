import type { CelEnvironment } from './environment.ts';
import { childrenOf, type IrNode } from './ir.ts';
import { parse } from './parse.ts';
import { resolve } from './resolve.ts';

/** A parsed and resolved expression, ready for `toClosure`, `emitTrue` and `traceProgram`. */
export interface Program {
  readonly source: string;
  readonly ir: IrNode;
  /** Attributes the expression reads, sorted. */
  readonly reads: readonly string[];
  /** Segments the expression asks for, sorted. */
  readonly segments: readonly string[];
}

/**
 * Parses and resolves, without type check: receivers trust the checked types of the vocabulary. Never throws: a source that does not parse
 * becomes a program whose evaluation is an error. Costs microseconds and keeps nothing: callers cache by source.
 */
export function compileProgram(source: string, environment: CelEnvironment): Program {
  const parsed = parse(source);
  if (parsed.ok) return programOf(source, resolve(parsed.syntax, environment));
  const { message } = parsed.issue;
  return programOf(source, {
    kind: 'failure',
    code: 'syntax',
    message,
    operands: [],
    start: 0,
    end: source.length,
  });
}

/** Completes a program with what its nodes read. */
export function programOf(source: string, ir: IrNode): Program {
  const reads = new Set<string>();
  const segments = new Set<string>();
  const visit = (node: IrNode): void => {
    if (node.kind === 'attribute' || node.kind === 'hasAttribute') reads.add(node.name);
    else if (node.kind === 'segment') segments.add(node.name);
    else for (const child of childrenOf(node)) visit(child);
  };
  visit(ir);
  return { source, ir, reads: [...reads].sort(), segments: [...segments].sort() };
}
