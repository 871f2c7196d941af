import { canonicalJson } from './canonical-json.ts';

/** Where an environment stands. Within one lineage revisions are dense; a restore from backup begins a new lineage. */
export interface Head {
  /** `project/environment`. */
  readonly environment: string;
  readonly lineage: string;
  readonly revision: number;
  /** SHA-256 of the manifest. */
  readonly digest: string;
}

/** A head and an Ed25519 signature over {@link headPayload}. */
export interface SignedHead {
  readonly head: Head;
  /** Milliseconds since 1970. `expires` matters only to a receiver with no state on disk. */
  readonly issued: number;
  readonly expires: number;
  /** Id of the key. */
  readonly key: string;
  /** base64url. */
  readonly signature: string;
}

/** The text that a head's signature covers. */
export function headPayload(head: Head, issued: number, expires: number): string {
  const { environment, lineage, revision, digest } = head;
  return canonicalJson({ environment, lineage, revision, digest, issued, expires });
}
