import type { CelError, CelValue } from './value.ts';

/**
 * A function of the language: its overloads as text for the checker (`(string, int) -> string`, a method's first
 * parameter is its receiver; capital letters are type parameters), and what it does.
 *
 * `run` is pure and total: wrong arguments are answered with a `CelError`, nothing is thrown.
 */
export interface CelFunction {
  /** As written: `size`, `math.greatest`; a method without its receiver: `startsWith`. */
  readonly name: string;
  readonly style: 'function' | 'method';
  readonly overloads: readonly string[];
  readonly run: (...args: readonly CelValue[]) => CelValue | CelError;
}
