import { createHash } from 'node:crypto';
import { canonicalJson } from '@ombre/decide';
import type { JsonValue } from '@ombre/decide/model';
import { finish } from '../steps.ts';
import type { Change, ChangeBody, WriteDigest } from './change.ts';
import type { Write } from './row.ts';
import { sha256 } from './sha256.ts';

/** Hash of a change: SHA-256 over the canonical JSON (RFC 8785) of everything it says and the hash of the change before. */
export function hashChange(change: Chained): string {
  return finish(hashInSteps(change));
}

/** The same in slices, for changes that say much. */
export function* hashInSteps(change: Chained): Generator<undefined, string> {
  const { environment, lineage, revision, at, author, why, action, origin, from, to } = change;
  const { names, diff, writes, facts, previous } = change;
  const said = { environment, lineage, revision, at, author, why, action, origin, from, to, facts, previous };
  const hash = createHash('sha256');
  for (const text of canonicalTexts({ ...said, names, diff, writes } as unknown as JsonObject)) {
    hash.update(text);
    yield;
  }
  return hash.digest('hex');
}

type Chained = ChangeBody & { readonly previous: string | null };
type JsonObject = Readonly<Record<string, JsonValue>>;

/** The canonical JSON of an object in pieces: one for each entry of a list that it holds, and for all else. */
function* canonicalTexts(value: JsonObject): Generator<string> {
  let mark = '{';
  for (const key of Object.keys(value).toSorted()) {
    const inner = value[key];
    if (inner === undefined) continue;
    yield `${mark}${JSON.stringify(key)}:`;
    mark = ',';
    if (!Array.isArray(inner)) yield canonicalJson(inner);
    else {
      yield '[';
      for (const [index, item] of inner.entries()) yield `${index === 0 ? '' : ','}${canonicalJson(item)}`;
      yield ']';
    }
  }
  yield '}';
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
export function sealChange(...parts: Parameters<typeof sealInSteps>): Change {
  return finish(sealInSteps(...parts));
}

/** The same in slices. */
export function* sealInSteps(
  body: ChangeBody,
  previous: string | null,
  signer: { readonly key: string; sign(text: string): string },
): Generator<undefined, Change> {
  const chained = { ...body, previous };
  const hash = yield* hashInSteps(chained);
  return { ...chained, hash, key: signer.key, signature: signer.sign(hash) };
}
