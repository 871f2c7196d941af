import type { IrNode } from './ir.ts';
import type { Program } from './program.ts';
import type { CelError, CelValue } from './value.ts';

/** Where an evaluation finds what is outside the expression. */
export interface Scope {
  /** The attribute's value, or undefined if it is missing or of another type than declared. See `fromSlot`. */
  attribute(name: string): CelValue | undefined;
  /** Whether the unit is in the segment; an error if that cannot be told. */
  inSegment(name: string): boolean | CelError;
}

/** The three-valued meaning of an expression: a value or an error. Never throws. */
export type Closure = (scope: Scope) => CelValue | CelError;

/** Compiles a program into a closure. The cost budget is spent anew in each call. */
export function toClosure(program: Program): Closure {
  return closureOf(program.ir);
}

/** The same for one node that stands outside of every macro, as `Emitter.closure` needs it. */
export function closureOf(_node: IrNode): Closure {
  throw new Error('being written');
}
