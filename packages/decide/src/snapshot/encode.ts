import type { JsonValue } from '../model/json.ts';
import type { VocabularySpec } from '../model/vocabulary.ts';
import { finish } from '../steps.ts';
import {
  chunkOf,
  formatChunk,
  linesByKey,
  readManifest,
  requirementsIn,
  requirementsInSteps,
  sealInSteps,
} from './chunks.ts';
import { decodeEntries } from './decode.ts';
import { type Encoded, type Entry, entryKey, type Manifest, type Sha256 } from './entry.ts';
import { formatLine, linesOf, readLine } from './line.ts';
import { type NeedsFinder, needsFinder } from './needs.ts';
import { referencesOf, writeSegment } from './segment-line.ts';

/** Writes the entries of one environment. Order does not matter; two entries of one key are a broken invariant and throw. */
export function encodeSnapshot(entries: Iterable<Entry>, sha256: Sha256): Encoded {
  return finish(encodeInSteps(entries, sha256));
}

/** Lines written between two pauses. */
const SLICE = 20;

/** The same in slices of about a millisecond. */
export function* encodeInSteps(entries: Iterable<Entry>, sha256: Sha256): Generator<undefined, Encoded> {
  const all = [...entries];
  const finder = needsFinder(
    all
      .filter((entry) => entry.kind === 'Vocabulary')
      .map((entry) => entry.body as unknown as VocabularySpec),
  );
  const blobs = new Map<string, string>();
  const lines = new Map<string, Map<string, string>>();
  for (const [index, entry] of all.entries()) {
    const key = entryKey(entry);
    const id = chunkOf(key, sha256);
    const chunk = lines.get(id) ?? new Map<string, string>();
    lines.set(id, chunk);
    if (chunk.has(key)) throw new Error(`two entries are called ${key}`);
    chunk.set(key, writeEntry(entry, finder, blobs, sha256));
    if (index % SLICE === 0) yield;
  }
  const chunks = new Map<string, string>();
  for (const id of [...lines.keys()].sort()) {
    chunks.set(id, formatChunk(lines.get(id) ?? new Map()));
    yield;
  }
  return yield* sealInSteps(chunks, blobs, yield* requirementsInSteps(chunks.values()), sha256);
}

/** The same bytes as encoding everything anew, but only what changed is written and hashed. A changed vocabulary may change every line's needs, so then all is. */
export function patchSnapshot(...parts: Parameters<typeof patchInSteps>): Encoded {
  return finish(patchInSteps(...parts));
}

/** The same in slices of about a millisecond, for changes that touch much. */
export function* patchInSteps(
  encoded: Encoded,
  put: Iterable<Entry>,
  remove: Iterable<string>,
  sha256: Sha256,
): Generator<undefined, Encoded> {
  const puts = [...put];
  const removes = [...remove];
  const keys = new Set([...removes, ...puts.map(entryKey)]);
  if ([...keys].some((key) => key.startsWith('Vocabulary/'))) {
    const kept = decodeEntries(encoded).filter((entry) => !keys.has(entryKey(entry)));
    return yield* encodeInSteps([...kept, ...puts], sha256);
  }

  const finder = needsFinder(vocabulariesOf(encoded));
  const chunks = new Map(encoded.chunks);
  const blobs = new Map(encoded.blobs);
  const touched = new Map<string, Map<string, string>>();
  const linesFor = (key: string): Map<string, string> => {
    const id = chunkOf(key, sha256);
    const lines = touched.get(id) ?? linesByKey(chunks.get(id));
    touched.set(id, lines);
    return lines;
  };
  const [lost, gained] = [new Set<string>(), new Set<string>()];
  let looked = 0;
  for (const key of keys) {
    const lines = linesFor(key);
    const line = lines.get(key);
    if (line !== undefined && key.startsWith('Segment/')) dropBlobs(line, blobs);
    if (line !== undefined) for (const requirement of requirementsIn(line)) lost.add(requirement);
    lines.delete(key);
    if (++looked % SLICE === 0) yield;
  }
  for (const [index, entry] of puts.entries()) {
    const line = writeEntry(entry, finder, blobs, sha256);
    linesFor(entryKey(entry)).set(entryKey(entry), line);
    for (const requirement of requirementsIn(line)) gained.add(requirement);
    if (index % SLICE === 0) yield;
  }
  for (const [id, lines] of touched) {
    if (lines.size === 0) chunks.delete(id);
    else chunks.set(id, formatChunk(lines));
    yield;
  }
  const manifest = readManifest(encoded.manifest) as Manifest;
  // Only where a requirement may have gone must all lines be looked at.
  const requires = [...lost].every((requirement) => gained.has(requirement))
    ? [...new Set([...manifest.requires, ...gained])].sort()
    : yield* requirementsInSteps(chunks.values());
  return yield* sealInSteps(chunks, blobs, requires, sha256, { encoded, manifest });
}

function writeEntry(entry: Entry, finder: NeedsFinder, blobs: Map<string, string>, sha256: Sha256): string {
  const { kind, name } = entry;
  let body: JsonValue = entry.body;
  if (kind === 'Segment') {
    const written = writeSegment(name, body, sha256);
    for (const [digest, blob] of written.blobs) blobs.set(digest, blob);
    body = written.body;
  }
  return formatLine(kind, name, finder.needsOf(entry), body);
}

function dropBlobs(line: string, blobs: Map<string, string>): void {
  const body = JSON.parse(readLine(line)?.body ?? 'null') as JsonValue;
  for (const [, reference] of referencesOf(body)) for (const digest of reference.blobs) blobs.delete(digest);
}

function vocabulariesOf(encoded: Encoded): VocabularySpec[] {
  return [...encoded.chunks.values()]
    .filter((chunk) => chunk.includes('Vocabulary/'))
    .flatMap(linesOf)
    .filter((line) => line.startsWith('Vocabulary/'))
    .map((line) => JSON.parse(readLine(line)?.body ?? '{"attributes":{}}') as VocabularySpec);
}
