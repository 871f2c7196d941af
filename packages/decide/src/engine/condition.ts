import { type Closure, toClosure } from '../cel/closure.ts';
import { compileProgram, type Program } from '../cel/program.ts';
import type { BoundContext } from './bound.ts';
import { falsePredicate, type Predicate, truePredicate } from './predicate.ts';
import type { Schema } from './schema.ts';

/** A condition, known by its text; parsed when first needed, and shared by all who ask the same. */
export class Condition {
  readonly source: string;
  readonly #schema: Schema;
  #program: Program | undefined;
  #true: Predicate | undefined;
  #false: Predicate | undefined;
  #closure: Closure | undefined;

  constructor(source: string, schema: Schema) {
    this.source = source;
    this.#schema = schema;
  }

  get program(): Program {
    this.#program ??= compileProgram(this.source, this.#schema.environment);
    return this.#program;
  }

  /** Whether it is exactly true: what a serving rule asks. */
  isTrue(bound: BoundContext): boolean {
    this.#true ??= truePredicate(this.program.ir, this.#schema);
    return this.#true(bound);
  }

  /** Whether it is exactly false: what a rule that fails closed asks. An error is neither. */
  isFalse(bound: BoundContext): boolean {
    this.#false ??= falsePredicate(this.program.ir, this.#schema);
    return this.#false(bound);
  }

  /** The three-valued meaning, slow and plain. */
  get closure(): Closure {
    this.#closure ??= toClosure(this.program);
    return this.#closure;
  }
}
