import type { SignedHead } from '@ombre/decide';

/** Reads a signed head from JSON; undefined where it is none. The signature is not checked here. */
export function readSignedHead(data: unknown): SignedHead | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { head, issued, expires, key, signature } = data as Record<string, unknown>;
  if (typeof head !== 'object' || head === null) return undefined;
  const { environment, lineage, revision, digest } = head as Record<string, unknown>;
  if (typeof environment !== 'string' || typeof lineage !== 'string' || typeof digest !== 'string')
    return undefined;
  if (typeof key !== 'string' || typeof signature !== 'string' || !/^[0-9a-f]{64}$/.test(digest))
    return undefined;
  if (!isCount(revision) || !isCount(issued) || !isCount(expires)) return undefined;
  return { head: { environment, lineage, revision, digest }, issued, expires, key, signature };
}

/** A whole number from 0 to 2⁵³ − 1. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
