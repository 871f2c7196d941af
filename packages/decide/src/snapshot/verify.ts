import type { JsonValue } from '../model/json.ts';
import { chunkOf, parseJson, readManifest } from './chunks.ts';
import { type Encoded, FORMAT, type Sha256 } from './entry.ts';
import { linesOf, readLine } from './line.ts';
import { referencesOf } from './segment-line.ts';

export type Verified =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'DIGEST' | 'MALFORMED' | 'FORMAT'; readonly message: string };

/** Rehashes everything: manifest, chunks, blobs. Never throws, whatever the bytes. */
export function verifyEncoded(encoded: Encoded, sha256: Sha256): Verified {
  const steps = verifyInSteps(encoded, sha256);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same, pausing after each chunk and blob, for those who must not block. */
export function* verifyInSteps(encoded: Encoded, sha256: Sha256): Generator<undefined, Verified> {
  const manifest = readManifest(encoded.manifest);
  if (manifest === undefined) return refuse('MALFORMED', 'the manifest cannot be read');
  if (manifest.format !== FORMAT)
    return refuse('FORMAT', `the snapshot has format ${manifest.format}, this reader knows ${FORMAT}`);
  if (sha256(encoded.manifest) !== encoded.digest) return refuse('DIGEST', 'the manifest has another digest');
  const ids = Object.keys(manifest.chunks);
  if (ids.length !== encoded.chunks.size) return refuse('MALFORMED', 'chunks and manifest differ');

  const referenced = new Set<string>();
  for (const id of ids) {
    yield;
    const chunk = encoded.chunks.get(id);
    if (chunk === undefined) return refuse('MALFORMED', `chunk ${id} is missing`);
    if (sha256(chunk) !== manifest.chunks[id]) return refuse('DIGEST', `chunk ${id} has another digest`);
    const wrong = readChunk(chunk, id, sha256, referenced);
    if (wrong !== undefined) return refuse('MALFORMED', wrong);
  }
  for (const digest of referenced) {
    yield;
    const blob = encoded.blobs.get(digest);
    if (blob === undefined) return refuse('MALFORMED', `blob ${digest} is missing`);
    if (sha256(blob) !== digest) return refuse('DIGEST', `blob ${digest} has another digest`);
    if (!isPart(parseJson(blob))) return refuse('MALFORMED', `blob ${digest} is no list of ids`);
  }
  return { ok: true };
}

function refuse(code: 'DIGEST' | 'MALFORMED' | 'FORMAT', message: string): Verified {
  return { ok: false, code, message };
}

/** Checks the form of a chunk's lines and notes the blobs they name. The digest vouches for all else. */
function readChunk(chunk: string, id: string, sha256: Sha256, referenced: Set<string>): string | undefined {
  for (const text of linesOf(chunk)) {
    const line = readLine(text);
    if (line === undefined || !text.endsWith('\n'))
      return `chunk ${id} has a line without key, needs and body`;
    if (line.kind !== 'Segment') continue;
    if (chunkOf(line.key, sha256) !== id) return `${line.key} does not belong into chunk ${id}`;
    const body = parseJson(line.body) as JsonValue | undefined;
    for (const [, reference] of referencesOf(body ?? null)) {
      for (const digest of reference.blobs) referenced.add(digest);
    }
  }
  return undefined;
}

function isPart(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'ids' in value && Array.isArray(value.ids);
}
