import type { Outcome } from '../outcome.ts';
import type { Snapshot } from './snapshot.ts';

/** Attributes, nested or under dotted keys (which win), and the targeting key. Not to be changed while bound. */
export type Context = Readonly<Record<string, unknown>>;

/** One context on one snapshot at one instant: what a request decides with. Attributes are read when first needed, and once. */
export interface Bound {
  readonly snapshot: Snapshot;
  readonly context: Context;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function bind(_snapshot: Snapshot, _context: Context, _now: number): Bound {
  throw new Error('being written');
}

/** The flag's answer. Never throws and, once the flag is compiled, allocates nothing: the outcome is shared and frozen. */
export function evaluate(_bound: Bound, _flag: string): Outcome {
  throw new Error('being written');
}

/** A flag looked up once: asks any snapshot, without a search by name as long as the snapshots descend from one another. */
export function flagReader(_flag: string): (bound: Bound) => Outcome {
  throw new Error('being written');
}
