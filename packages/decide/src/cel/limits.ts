/** Bounds of what is parsed at all, for authors and receivers alike: they keep every later step within the stack and the time. */
export const structureLimits = {
  /** UTF-16 units of source. */
  source: 4096,
  /** Nested expressions of any kind. */
  depth: 120,
  /** Operators such as `!!!x` in a row. */
  unaryRun: 100,
} as const;

/** Bounds an author's expression must keep; `checkExpression` names the one that is passed. */
export interface AuthorLimits {
  readonly nodes: number;
  /** Calls inside the arguments or receivers of calls, macros included. */
  readonly callDepth: number;
  /** Steps of `stepBudget` the worst case may take. */
  readonly cost: number;
}

/**
 * What one evaluation may spend, in steps: one for a node of a macro's body, one more for each eight units of text or elements looked at.
 * Stands for at most 50 ms.
 */
export const stepBudget = 400_000;

/** Steps of a call of a function, beside what its arguments weigh. */
export const callCost = 5;

/** Longer texts, byte strings and lists are not made; the evaluation is an error instead. */
export const maxLength = 100_000;

export const authorLimits: AuthorLimits = { nodes: 1000, callDepth: 8, cost: stepBudget };
