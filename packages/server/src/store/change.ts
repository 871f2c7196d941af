import type { ResourceDiff } from '@ombre/declare';
import type { Origin, Write } from './row.ts';

/** What kind of act made a revision. */
export type Action =
  | 'init' // the environment came to be
  | 'apply' // authors
  | 'restore' // authors: an earlier revision's resources
  | 'override' // operators
  | 'expire' // an override's time ran out
  | 'break-glass' // operators, signed while the store was away
  | 'place' // controllers
  | 'encode' // a new version of Ombre writes the same resources with other bytes
  | 'succeed'; // a backup was restored: first revision of a new lineage

/** What a row became, by digest; the row itself is kept beside the log. `null`: it was deleted. */
export interface WriteDigest {
  readonly kind: Write['kind'];
  readonly name: string;
  readonly digest: string | null;
}

/** One numbered, audited change: everything about it that its hash covers. Order is the revision; `at` is information. */
export interface ChangeBody {
  readonly environment: string;
  readonly lineage: string;
  /** Dense per environment and lineage: one more than the change before it. */
  readonly revision: number;
  /** Nanoseconds since 1970, as decimal text. */
  readonly at: string;
  readonly author: string;
  readonly why: string;
  readonly action: Action;
  readonly origin: Origin | null;
  /** Digest of the snapshot before; null for the first. */
  readonly from: string | null;
  /** Digest of the snapshot after. */
  readonly to: string;
  /** Keys of what changed: `Kind/name`, `Placement/release`, `Override/flag`. */
  readonly names: readonly string[];
  readonly diff: readonly ResourceDiff[];
  readonly writes: readonly WriteDigest[];
  /** Facts of the act that no row holds: the revision restored, a signed succession. */
  readonly facts: { readonly [key: string]: string | number };
}

/** A change with its place in the hash chain. */
export interface Change extends ChangeBody {
  /** Hash of the change before; null for the first. */
  readonly previous: string | null;
  /** SHA-256 (hex) over the canonical JSON (RFC 8785) of the body and `previous`. */
  readonly hash: string;
  /** Ed25519 over the hash by the server's signing key, and that key's id. */
  readonly key: string;
  readonly signature: string;
}
