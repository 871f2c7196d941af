import { canonicalJson } from '@ombre/decide';
import type { JsonValue, Resource } from '@ombre/decide/model';
import { sha256 } from '../store/sha256.ts';

/** Resources are never changed, so a digest lasts as long as its object; files that stayed give the same objects with every save. */
const digests = new WeakMap<Resource, string>();

/** SHA-256 of the canonical JSON of a resource. */
export function resourceDigest(resource: Resource): string {
  const known = digests.get(resource);
  if (known !== undefined) return known;
  const digest = sha256(canonicalJson(resource as unknown as JsonValue));
  digests.set(resource, digest);
  return digest;
}

/** Whether two documents say the same. */
export function sameResource(a: Resource, b: Resource): boolean {
  return a === b || resourceDigest(a) === resourceDigest(b);
}
