import type { JsonValue } from '../model/json.ts';
import type { Kind } from '../model/resource.ts';

/** Lowercase hexadecimal SHA-256 of a text's UTF-8 bytes. Passed in: a pure room has no cryptography. */
export type Sha256 = (text: string) => string;

/** Three owners write a snapshot: authors the kinds, controllers placements, operators overrides. The environment's break-glass key is its own. */
export type EntryKind = Kind | 'Placement' | 'Override' | 'BreakGlass';

/**
 * One effective resource. A placement is named after its release, an override after its flag; the body is a spec, Placement or Override.
 * `BreakGlass/key` has the body `{key}`: the Ed25519 public key (SPKI, base64url) that kills are signed for while the control plane is away.
 */
export interface Entry {
  readonly kind: EntryKind;
  readonly name: string;
  readonly body: JsonValue;
}

/** The version of the snapshot bytes this code writes and reads. */
export const FORMAT = 1;

/** The bytes of one environment at one revision. Equal entries have equal bytes, whatever way they came about. */
export interface Encoded {
  /** Canonical JSON of {@link Manifest}. */
  readonly manifest: string;
  /** SHA-256 of the manifest. */
  readonly digest: string;
  /** Lines of entries, by the first byte of SHA-256(kind/name) as two hexadecimal digits; chunks without entries are absent. */
  readonly chunks: ReadonlyMap<string, string>;
  /** Parts of long id lists, by their SHA-256. */
  readonly blobs: ReadonlyMap<string, string>;
}

export interface Manifest {
  readonly format: number;
  /** What a receiver must know beyond the format to serve everything, such as `Enricher/geo`; sorted. */
  readonly requires: readonly string[];
  /** SHA-256 of each chunk. */
  readonly chunks: Readonly<Record<string, string>>;
}

/** `kind/name`, which identifies an entry in its environment. */
export function entryKey(entry: { readonly kind: string; readonly name: string }): string {
  return `${entry.kind}/${entry.name}`;
}
