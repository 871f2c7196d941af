import type { CelEnvironment } from './environment.ts';
import type { CelType } from './type.ts';

/** One thing wrong with an expression. `code` is stable; `start` and `end` are offsets into the source. */
export interface CelIssue {
  readonly code: string;
  readonly message: string;
  readonly expected?: string;
  readonly found?: string;
  readonly start: number;
  readonly end: number;
}

export type CheckResult =
  | {
      readonly ok: true;
      readonly type: CelType;
      readonly reads: readonly string[];
      readonly segments: readonly string[];
      /** Estimated worst cost in steps; a step stands for about 10 ns. */
      readonly cost: number;
    }
  | { readonly ok: false; readonly issues: readonly CelIssue[] };

/** Parses and type-checks an expression for its author; answers every type error at once. */
export function checkExpression(
  _source: string,
  _environment: CelEnvironment,
  _expected?: CelType,
): CheckResult {
  throw new Error('being written');
}
