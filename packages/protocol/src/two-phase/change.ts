/**
 * `preparing`: receivers compile it beside what they serve; nothing is decided. `committing`: decided, it has its revision, and some
 * live receiver may still serve the one before. `committed`: none does. `aborted`: it never happened.
 */
export type TwoPhasePhase = 'preparing' | 'committing' | 'committed' | 'aborted';

/** One two-phase change as it is written ahead of whatever it makes happen. */
export interface TwoPhaseChange {
  /** Chosen by who asks; asking again with it never makes a second change. */
  readonly id: string;
  readonly phase: TwoPhasePhase;
  /** Counts the heads it was prepared on, from 1: another change that does not touch this one moves it to the next. */
  readonly version: number;
  /** The revision it is prepared on; decided, it is the one after. */
  readonly base: number;
  /** Keys `Kind/name` of what it writes. */
  readonly touches: readonly string[];
  /** Receivers that held a lease when it was first written: two thirds of them must have staged it. */
  readonly members: readonly string[];
  /** Receivers that earned a lease while it was prepared: they do not vote, but are waited for. */
  readonly joined: readonly string[];
  /** Why it was aborted, for people. */
  readonly why?: string;
}

/** Characters of a prepared delta at most: what receivers can stage without holding up requests. */
export const TWO_PHASE_SIZE: number = 256 * 1024;

/** How many of so many members must have staged a change before it is decided: two thirds, rounded up. */
export function quorumOf(members: number): number {
  return Math.ceil((2 * members) / 3);
}

/** True until it is committed or aborted. */
export function isUnderWay(change: TwoPhaseChange): boolean {
  return change.phase === 'preparing' || change.phase === 'committing';
}
