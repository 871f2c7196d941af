import type { JsonValue } from '../model/json.ts';
import type { Outcome } from '../outcome.ts';
import type { Bound } from './evaluate.ts';

/** How an outcome came about. JSON-able. */
export interface Explanation {
  readonly flag: string;
  readonly outcome: Outcome;
  /** In the order of decision, up to the step that decided. */
  readonly steps: readonly ExplainedStep[];
  /** The attributes that were read. */
  readonly attributes: readonly ExplainedAttribute[];
}

export interface ExplainedStep {
  readonly step: 'kill' | 'validity' | 'prerequisite' | 'target' | 'rule' | 'default' | 'release';
  /** The rule's id, the prerequisite's flag, the release's name. */
  readonly name?: string;
  /** Whether this step gave the variant, or for a release put `to` in its place. */
  readonly taken: boolean;
  /** One sentence. */
  readonly why: string;
  readonly details?: JsonValue;
}

export interface ExplainedAttribute {
  readonly name: string;
  readonly status: 'present' | 'missing' | 'mistyped' | 'unavailable';
  readonly value?: JsonValue;
}

/** Decides like `evaluate`, by an interpreter of its own that remembers each step. */
export function explain(_bound: Bound, _flag: string): Explanation {
  throw new Error('being written');
}
