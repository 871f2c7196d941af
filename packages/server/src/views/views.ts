import type { Delta, Encoded, Head, SignedHead } from '@ombre/decide';
import type { Issue } from '@ombre/declare';
import type { RecordedSuccession } from '../commands/succession.ts';
import type { Change } from '../store/change.ts';
import type { OverrideRow, PlacementRow, ResourceRow } from '../store/row.ts';
import type { Standing } from '../store/store.ts';

export interface ResourceFilter {
  readonly kind?: string;
  readonly name?: string;
  readonly origin?: string;
}

/** Where a chain of changes breaks, and how. */
export interface HistoryFault {
  readonly revision: number;
  readonly code:
    | 'MISSING' // a revision is absent
    | 'REORDERED' // a change stands where another belongs
    | 'CHANGED' // the change does not have its hash
    | 'UNCHAINED' // `previous` is not the hash of the change before
    | 'SIGNATURE' // the hash is not signed by a key known here
    | 'ROW' // a row kept beside the log does not have the digest the log says
    | 'HEAD' // head, log and rows disagree
    | 'DIGEST'; // the rows do not encode to the snapshot the log names
  readonly message: string;
}

export interface HistoryReport {
  readonly environment: string;
  readonly lineage: string;
  /** How many changes were checked. */
  readonly changes: number;
  readonly faults: readonly HistoryFault[];
}

/** What can be read. Calls without a promise answer from memory, at the revision this process has reached. Unknown environments answer undefined. */
export interface Views {
  environments(): readonly string[];
  head(environment: string): SignedHead | undefined;
  encoded(environment: string): Encoded | undefined;
  /** A recent snapshot by its digest, so that a receiver that was told a head can still get it after the next. */
  snapshot(
    environment: string,
    digest: string,
  ): { readonly head: Head; readonly encoded: Encoded } | undefined;
  /** From a revision of this lineage to the head; `resync` where it is no longer kept or never was. */
  delta(environment: string, lineage: string, from: number): Delta | 'resync' | undefined;
  resources(environment: string, filter?: ResourceFilter): readonly ResourceRow[] | undefined;
  resource(environment: string, key: string): ResourceRow | undefined;
  placements(environment: string): readonly PlacementRow[] | undefined;
  overrides(environment: string): readonly OverrideRow[] | undefined;
  /** When the next override runs out, ms since 1970. */
  nextExpiry(environment: string): number | undefined;
  /** Ed25519 public key (SPKI, base64url) of the break-glass kills of this environment. */
  breakGlassKey(environment: string): string | undefined;
  /** How this lineage came to follow those before it, oldest first; empty for a first lineage. */
  successions(environment: string): Promise<readonly RecordedSuccession[]>;
  /** Newest first. */
  history(
    environment: string,
    page?: { readonly before?: number; readonly limit?: number },
  ): Promise<readonly Change[]>;
  change(environment: string, revision: number): Promise<Change | undefined>;
  /** Walks the whole log; nothing is repaired. */
  verifyHistory(environment: string): Promise<HistoryReport | undefined>;
  /** What each origin applied last, and the issues of it that stay. */
  standing(
    environment: string,
  ): Promise<readonly (Omit<Standing, 'issues'> & { readonly issues: readonly Issue[] })[]>;
}

/** Tells of every revision after it is committed, in order, each once; a listener that throws does not hinder the others. */
export interface Changes {
  /** Where this process had to skip (its mirror was reloaded) the delta is `resync`. */
  subscribe(environment: string, listener: (head: SignedHead, delta: Delta | 'resync') => void): () => void;
}
