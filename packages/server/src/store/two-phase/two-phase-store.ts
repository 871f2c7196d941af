import type { Resource } from '@ombre/decide/model';
import type { TwoPhaseChange } from '@ombre/protocol';
import type { Origin } from '../row.ts';

/** What a two-phase change writes, kept whole so that whoever coordinates next can go on with it. */
export interface TwoPhaseAsked {
  readonly origin: Origin;
  readonly puts: readonly Resource[];
  /** Keys `Kind/name`. */
  readonly deletes: readonly string[];
  readonly author: string;
  readonly why: string;
  /** Milliseconds that receivers have to stage it. */
  readonly deadline: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The record of one two-phase change. */
export interface TwoPhaseRow {
  /** The lineage that its revisions are of. */
  readonly lineage: string;
  readonly change: TwoPhaseChange;
  readonly asked: TwoPhaseAsked;
  /** Members that had staged it when it was decided or aborted; empty before. */
  readonly staged: readonly string[];
  /** Milliseconds since 1970. */
  readonly decidedAt: number | null;
  readonly endedAt: number | null;
}

/** The lease of whoever may write, and the token it is held with. */
export interface Fence {
  readonly lease: string;
  readonly token: number;
}

/** Records of two-phase changes. The one that decides is written by `Store.append`, in the transaction that makes the revision. */
export interface TwoPhaseStore {
  /** The change that was asked for last; undefined where none ever was. */
  last(environment: string): Promise<TwoPhaseRow | undefined>;
  find(environment: string, id: string): Promise<TwoPhaseRow | undefined>;
  /** The greatest revision that a two-phase change made in this lineage; 0 where none did. */
  floor(environment: string, lineage: string): Promise<number>;
  /** Adds the record or replaces the one with its id. FENCED, and nothing written, unless the lease is held with this token. */
  write(
    environment: string,
    row: TwoPhaseRow,
    fence: Fence,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly code: 'FENCED' }>;
}

/** The revision that a change has made; null before it is decided. */
export function revisionOf({ phase, base }: TwoPhaseChange): number | null {
  return phase === 'committing' || phase === 'committed' ? base + 1 : null;
}
