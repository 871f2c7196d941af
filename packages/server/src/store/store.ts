import type { Action, Change } from './change.ts';
import type { EnvironmentState, Origin, Write } from './row.ts';
import type { TwoPhaseRow } from './two-phase/two-phase-store.ts';

/** How an environment begins. */
export interface Beginning {
  readonly change: Change;
  readonly breakGlass: string;
}

/** What one transaction writes: the change, its rows and the head, all or nothing. */
export interface Append {
  readonly change: Change;
  readonly writes: readonly Write[];
  /** Refused unless this lease is held with this token by the database's clock. */
  readonly fence?: { readonly lease: string; readonly token: number };
  /** The record of the two-phase change that this one decides. */
  readonly twoPhase?: TwoPhaseRow;
}

export type Appended =
  | { readonly ok: true }
  /** Another change took the revision first: catch up and decide again. */
  | { readonly ok: false; readonly code: 'MOVED' }
  | { readonly ok: false; readonly code: 'FENCED' };

/** A change and the rows it wrote, as another process needs them to follow. */
export interface LoggedChange {
  readonly change: Change;
  readonly writes: readonly Write[];
}

/** Which changes: below a revision (absent: from the head), at most so many, of one action only. */
export interface Page {
  readonly below?: number;
  readonly limit: number;
  readonly action?: Action;
}

/** What an origin last asked for, kept beside the log: it makes no revision. */
export interface Standing {
  readonly origin: Origin;
  /** SHA-256 of the canonical set it applied last, whether or not it changed anything. */
  readonly digest: string;
  /** The head's revision after that apply. */
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Issues that stay until the next apply, such as a flag kept at its last good spec: JSON of declare's `Issue[]`. */
  readonly issues: string;
}

export interface Lease {
  /** Grows with every change of holder, so that writes of a holder that lost it are refused. */
  readonly token: number;
  /** Milliseconds since 1970 by the database's clock. */
  readonly expires: number;
}

/**
 * Where environments, their log and their rows live. The store owns order and durability: a change that `append` acknowledged survives a
 * crash, revisions are dense and their order is commit order. It decides nothing; whoever appends has computed everything from a
 * {@link EnvironmentState}, and is told `MOVED` when that state was no longer the head.
 *
 * Expected refusals are returned; what the world does (disk full, connection lost) is thrown as {@link StoreError}.
 */
export interface Store {
  /** Names of all environments as `project/environment`, sorted. */
  environments(): Promise<readonly string[]>;
  /** Writes the first change of an environment; `false` where it exists. */
  begin(beginning: Beginning): Promise<boolean>;
  /** Everything effective at the head, read in one transaction; undefined where there is no such environment. */
  load(environment: string): Promise<EnvironmentState | undefined>;
  /** Commits one change iff its revision is the head's plus one in the head's lineage (or it succeeds that lineage). */
  append(append: Append): Promise<Appended>;
  /** Changes after a revision, oldest first, at most `limit`, with the rows they wrote. */
  after(environment: string, revision: number, limit: number): Promise<readonly LoggedChange[]>;
  /** Changes newest first. */
  before(environment: string, page: Page): Promise<readonly Change[]>;
  /** The rows as they were at a revision; undefined where the log does not hold it. */
  at(environment: string, revision: number): Promise<readonly Write[] | undefined>;
  /** The revisions that wrote this row, newest first. */
  written(environment: string, kind: Write['kind'], name: string): Promise<readonly number[]>;
  standing(environment: string): Promise<readonly Standing[]>;
  stand(environment: string, standing: Standing): Promise<void>;
  /** Takes or renews a lease for `ttl` milliseconds; undefined while another holds it. */
  lease(name: string, holder: string, ttl: number): Promise<Lease | undefined>;
  /** Gives a lease up; a holder that has lost it changes nothing. */
  release(name: string, holder: string): Promise<void>;
  /** Calls back when an environment may have moved; may call too often, and a lost call is made up for by polling. */
  watch(listener: (environment: string) => void): () => void;
  close(): Promise<void>;
}

export type StoreErrorCode =
  /** The disk is full: nothing was written, what was committed is intact. */
  | 'FULL'
  /** Another process holds the data directory. */
  | 'HELD'
  /** The schema was written by a newer Ombre. */
  | 'NEWER_SCHEMA'
  /** The database cannot be reached, or went away before it answered: the write may have been committed or not. */
  | 'UNAVAILABLE'
  /** A row does not have the shape this version wrote. */
  | 'CORRUPT';

/** What the world did to the store; the message says what to do. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
