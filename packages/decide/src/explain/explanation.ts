import type { JsonValue } from '../model/json.ts';
import type { Outcome } from '../outcome.ts';

/** How an outcome came about. JSON-able. */
export interface Explanation {
  readonly flag: string;
  readonly outcome: Outcome;
  /** In the order of decision, up to the step that decided. */
  readonly steps: readonly ExplainedStep[];
  /** The attributes that were read, by name. */
  readonly attributes: readonly ExplainedAttribute[];
}

export interface ExplainedStep {
  readonly step: 'kill' | 'validity' | 'prerequisite' | 'target' | 'rule' | 'default' | 'release' | 'error';
  /** The rule's id, the prerequisite's flag, the release's name. */
  readonly name?: string;
  /** Whether this step gave the variant, or for a release put `to` in its place. */
  readonly taken: boolean;
  /** One sentence. */
  readonly why: string;
  /** What conditions came to, sub-expression by sub-expression. */
  readonly details?: ExplainedExpression;
  /** Where the unit's hash put it. */
  readonly allocation?: ExplainedAllocation;
}

/** A sub-expression with its value, or the code of the error that stands in its place. */
export type ExplainedExpression = {
  readonly text: string;
  readonly value?: JsonValue;
  readonly error?: string;
  readonly children?: readonly ExplainedExpression[];
};

export type ExplainedAllocation = {
  readonly salt: string;
  readonly unit: string;
  readonly hash: number;
  /** 0 … 999,999. */
  readonly position: number;
};

export interface ExplainedAttribute {
  readonly name: string;
  /** Mistyped: the context has a value of another type than declared. Unavailable: what derives it is not here. */
  readonly status: 'present' | 'missing' | 'mistyped' | 'unavailable';
  readonly value?: JsonValue;
}
