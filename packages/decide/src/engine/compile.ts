import type { Delta } from '../snapshot/delta.ts';
import type { Encoded } from '../snapshot/entry.ts';
import type { CodeVocabulary } from './code-vocabulary.ts';
import type { Snapshot } from './snapshot.ts';

export interface CompileOptions {
  readonly vocabularies?: readonly CodeVocabulary[];
  /** What enrichers get as their data. */
  readonly data?: unknown;
  /** Whether code may be generated (`new Function`). Absent: where the process allows it. */
  readonly codegen?: boolean;
}

/** Indexes a snapshot; each flag is compiled when it is first asked for. Never throws on verified bytes. */
export function compileSnapshot(_encoded: Encoded, _options?: CompileOptions): Snapshot {
  throw new Error('being written');
}

/** The same in slices of about a millisecond: `next()` until done, between other work. The current snapshot serves meanwhile. */
export function* compileInSteps(
  _encoded: Encoded,
  _options?: CompileOptions,
): Generator<undefined, Snapshot> {
  throw new Error('being written');
}

export interface Advanced {
  readonly snapshot: Snapshot;
  /** Names of flags whose answers may differ, sorted. */
  readonly changed: readonly string[];
}

/** The next snapshot, sharing all that did not change. `encoded` is what {@link applyDelta} made of `delta`; the old snapshot stays whole. */
export function advanceSnapshot(_snapshot: Snapshot, _encoded: Encoded, _delta: Delta): Advanced {
  throw new Error('being written');
}

/** The same in slices, for deltas that touch much. */
export function* advanceInSteps(
  _snapshot: Snapshot,
  _encoded: Encoded,
  _delta: Delta,
): Generator<undefined, Advanced> {
  throw new Error('being written');
}
