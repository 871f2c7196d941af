import { canonicalJson } from '@ombre/decide';
import type { JsonValue } from '@ombre/decide/model';
import type { Change, ChangeBody, WriteDigest } from './change.ts';
import type { Write } from './row.ts';
import { sha256 } from './sha256.ts';

/** Hash of a change: SHA-256 over the canonical JSON (RFC 8785) of everything it says and the hash of the change before. */
export function hashChange(change: ChangeBody & { readonly previous: string | null }): string {
  const { environment, lineage, revision, at, author, why, action, origin, from, to } = change;
  const { names, diff, writes, facts, previous } = change;
  return sha256(
    canonicalJson({
      environment,
      lineage,
      revision,
      at,
      author,
      why,
      action,
      origin,
      from,
      to,
      names,
      diff,
      writes,
      facts,
      previous,
    } as unknown as JsonValue),
  );
}

/** The text a row is kept and digested as. */
export function rowText(write: Write): string | null {
  return write.row === null ? null : canonicalJson(write.row as unknown as JsonValue);
}

/** What the log says of a row: its digest, or null for a deletion. */
export function digestWrite(write: Write): WriteDigest {
  const text = rowText(write);
  return { kind: write.kind, name: write.name, digest: text === null ? null : sha256(text) };
}

/** Completes a change: chains it to `previous`, hashes it and has the hash signed. */
export function sealChange(
  body: ChangeBody,
  previous: string | null,
  signer: { readonly key: string; sign(text: string): string },
): Change {
  const chained = { ...body, previous };
  const hash = hashChange(chained);
  return { ...chained, hash, key: signer.key, signature: signer.sign(hash) };
}
