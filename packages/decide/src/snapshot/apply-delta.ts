import type { JsonValue } from '../model/json.ts';
import { finish } from '../steps.ts';
import { chunkOf, formatChunk, linesByKey, readManifest, sealInSteps } from './chunks.ts';
import type { Delta, IdChange } from './delta.ts';
import { type Encoded, FORMAT, type Sha256 } from './entry.ts';
import type { Head } from './head.ts';
import { changeIds } from './id-list.ts';
import { formatLine, type Line, readLine } from './line.ts';
import { referenceIn, referencesOf } from './segment-line.ts';

/** Why a delta is refused. After DUPLICATE nothing is to do; after any other the receiver resynchronises. */
export type DeltaRefusal = 'LINEAGE' | 'OUT_OF_ORDER' | 'DUPLICATE' | 'DIGEST' | 'MALFORMED' | 'FORMAT';

export type Applied =
  | { readonly ok: true; readonly encoded: Encoded }
  | { readonly ok: false; readonly code: DeltaRefusal; readonly message: string };

/** Applies a delta as it came from outside to the bytes at a head. Rehashes only what it touches; nothing is half applied, nothing is thrown. */
export function applyDelta(encoded: Encoded, at: Head, delta: Delta, sha256: Sha256): Applied {
  return finish(applyDeltaInSteps(encoded, at, delta, sha256));
}

/** The same in slices well below a millisecond, for deltas that touch much. */
export function* applyDeltaInSteps(
  encoded: Encoded,
  at: Head,
  delta: Delta,
  sha256: Sha256,
): Generator<undefined, Applied> {
  if (!isDelta(delta)) return refuse('MALFORMED', 'this is no delta');
  const { from, head } = delta;
  if (head.environment !== at.environment || from.lineage !== at.lineage || head.lineage !== at.lineage)
    return refuse(
      'LINEAGE',
      `the delta is of ${head.environment} in lineage ${head.lineage}, not ${at.lineage}`,
    );
  if (head.revision <= at.revision) return refuse('DUPLICATE', `revision ${head.revision} is here already`);
  if (from.revision !== at.revision)
    return refuse('OUT_OF_ORDER', `the delta starts at revision ${from.revision}, not ${at.revision}`);
  if (from.digest !== at.digest || encoded.digest !== at.digest)
    return refuse('DIGEST', `the delta starts from other bytes of revision ${at.revision}`);
  const manifest = readManifest(encoded.manifest);
  if (manifest?.format !== FORMAT) return refuse('FORMAT', `these bytes are not of format ${FORMAT}`);

  try {
    const changed = yield* change(encoded, delta, sha256);
    if (typeof changed === 'string') return refuse('MALFORMED', changed);
    const known = { encoded, manifest };
    const next = yield* sealInSteps(changed.chunks, changed.blobs, delta.requires, sha256, known);
    return next.digest === head.digest
      ? { ok: true, encoded: next }
      : refuse('DIGEST', `revision ${head.revision} came out with another digest`);
  } catch (error) {
    return refuse('MALFORMED', error instanceof Error ? error.message : String(error));
  }
}

function refuse(code: DeltaRefusal, message: string): Applied {
  return { ok: false, code, message };
}

/** Lines taken in between two pauses; each may be the first of its chunk, whose lines are then looked up. */
const LINES = 8;

function* change(
  encoded: Encoded,
  delta: Delta,
  sha256: Sha256,
): Generator<
  undefined,
  { readonly chunks: Map<string, string>; readonly blobs: ReadonlyMap<string, string> } | string
> {
  const blobs = new Map(encoded.blobs);
  const touched = new Map<string, Map<string, string>>();
  const linesFor = (key: string): Map<string, string> => {
    const id = chunkOf(key, sha256);
    const lines = touched.get(id) ?? linesByKey(encoded.chunks.get(id));
    touched.set(id, lines);
    return lines;
  };

  for (const [index, key] of delta.remove.entries()) {
    if (index % LINES === LINES - 1) yield;
    const line = linesFor(key).get(key);
    if (line === undefined) return `${key} is not here to remove`;
    if (key.startsWith('Segment/')) for (const digest of blobsOf(bodyOf(line))) blobs.delete(digest);
    linesFor(key).delete(key);
  }
  const segments = new Map<string, string | undefined>(
    delta.ids.map(({ segment }) => [`Segment/${segment}`, undefined]),
  );
  for (const [index, text] of delta.put.entries()) {
    if (index % LINES === LINES - 1) yield;
    const line = readLine(text);
    if (line === undefined || !text.endsWith('\n')) return 'a line has no key, needs and body';
    if (line.kind === 'Segment') segments.set(line.key, text);
    else linesFor(line.key).set(line.key, text);
  }
  for (const [key, put] of segments) {
    const lines = linesFor(key);
    const changes = delta.ids.filter(({ segment }) => `Segment/${segment}` === key);
    const written = yield* changeSegment(lines.get(key), put, changes, blobs, sha256);
    if (written === undefined) return `the ids of ${key} do not change as the delta says`;
    lines.set(key, written);
  }

  const chunks = new Map(encoded.chunks);
  for (const [id, lines] of touched) {
    if (lines.size === 0) chunks.delete(id);
    else chunks.set(id, formatChunk(lines));
    yield;
  }
  return { chunks, blobs };
}

/** The new line of a segment, its blobs exchanged; undefined where the changes do not fit. */
function* changeSegment(
  old: string | undefined,
  put: string | undefined,
  changes: readonly IdChange[],
  blobs: Map<string, string>,
  sha256: Sha256,
): Generator<undefined, string | undefined> {
  const line = readLine(put ?? old ?? '');
  if (line === undefined) return undefined;
  const oldBody = old === undefined ? undefined : bodyOf(old);
  const body: Record<string, JsonValue> = {
    ...(bodyOf(put ?? old ?? '') as Readonly<Record<string, JsonValue>>),
  };
  const added = new Map<string, string>();
  for (const [list] of referencesOf(body)) {
    const { add, remove } = changes.find((one) => one.list === list) ?? { add: [], remove: [] };
    const from = referenceIn(oldBody, list);
    const written = yield* changeIds(line.name, list, from, blobs, add, remove, sha256);
    if (written === undefined) return undefined;
    for (const [digest, blob] of written.blobs) added.set(digest, blob);
    body[list] = { ...written.reference };
  }
  const kept = new Set(blobsOf(body));
  for (const digest of blobsOf(oldBody ?? null)) if (!kept.has(digest)) blobs.delete(digest);
  for (const [digest, blob] of added) blobs.set(digest, blob);
  return formatLine(line.kind, line.name, line.needs, body);
}

function bodyOf(line: string): JsonValue {
  return (JSON.parse((readLine(line) as Line).body) ?? null) as JsonValue;
}

function blobsOf(body: JsonValue): readonly string[] {
  return referencesOf(body).flatMap(([, reference]) => reference.blobs);
}

/** Whether something from outside has the shape of a delta. */
function isDelta(value: unknown): value is Delta {
  if (typeof value !== 'object' || value === null) return false;
  const delta = value as { readonly [K in keyof Delta]?: unknown };
  const { from, head } = delta as { readonly from?: Partial<Head>; readonly head?: Partial<Head> };
  return (
    isPosition(from) &&
    isPosition(head) &&
    typeof head.environment === 'string' &&
    isTexts(delta.requires) &&
    isTexts(delta.put) &&
    isTexts(delta.remove) &&
    Array.isArray(delta.ids) &&
    delta.ids.every(isIdChange)
  );
}

function isPosition(value: Partial<Head> | null | undefined): value is Partial<Head> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof value.lineage === 'string' &&
    Number.isSafeInteger(value.revision) &&
    typeof value.digest === 'string'
  );
}

function isIdChange(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const change = value as { readonly [K in keyof IdChange]?: unknown };
  return (
    typeof change.segment === 'string' &&
    (change.list === 'ids' || change.list === 'exclude') &&
    isTexts(change.add) &&
    isTexts(change.remove)
  );
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
