import type { CelEnvironment } from './environment.ts';
import type { IrNode } from './ir.ts';

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
 * Parses and resolves, without type check: receivers trust the checked types of the vocabulary. Never throws: a source that does
 * not parse becomes a program whose evaluation is an error. Costs microseconds and keeps nothing: callers cache by source.
 */
export function compileProgram(_source: string, _environment: CelEnvironment): Program {
  throw new Error('being written');
}
