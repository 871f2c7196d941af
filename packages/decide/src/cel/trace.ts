import type { Scope } from './closure.ts';
import type { Program } from './program.ts';
import type { CelError, CelValue } from './value.ts';

/** A sub-expression, where it stands in the source, and what it came to. Operands not needed for the answer are not in the tree. */
export interface TraceNode {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly outcome: CelValue | CelError;
  readonly children: readonly TraceNode[];
}

/** Evaluates like `toClosure`, remembering every step, for `explain`. */
export function traceProgram(_program: Program, _scope: Scope): TraceNode {
  throw new Error('being written');
}
