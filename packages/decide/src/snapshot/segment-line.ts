import type { JsonValue } from '../model/json.ts';
import type { Sha256 } from './entry.ts';
import {
  ID_LISTS,
  type IdListName,
  type IdListReference,
  isIdListReference,
  isLongIdList,
  normalIds,
  readIds,
  type WrittenIds,
  writeIds,
} from './id-list.ts';

/** A segment's spec as its line holds it: long lists are references. */
export type SegmentBody = Readonly<Record<string, JsonValue>> & {
  readonly [L in IdListName]?: readonly string[] | (IdListReference & JsonValue);
};

/** Puts long lists of a spec into blobs; short ones are sorted where they are. */
export function writeSegment(
  name: string,
  spec: JsonValue,
  sha256: Sha256,
): { readonly body: SegmentBody; readonly blobs: ReadonlyMap<string, string> } {
  const body: Record<string, JsonValue> = { ...(spec as Readonly<Record<string, JsonValue>>) };
  const blobs = new Map<string, string>();
  for (const list of ID_LISTS) {
    const given = body[list] as readonly string[] | undefined;
    if (given === undefined) continue;
    const ids = normalIds(given);
    if (!isLongIdList(ids.length)) {
      body[list] = ids;
      continue;
    }
    const written: WrittenIds = writeIds(name, list, ids, sha256);
    for (const [digest, blob] of written.blobs) blobs.set(digest, blob);
    body[list] = { ...written.reference };
  }
  return { body: body as SegmentBody, blobs };
}

/** The spec with whole lists again. Throws where a blob is missing. */
export function readSegment(body: JsonValue, blobs: ReadonlyMap<string, string>): JsonValue {
  const spec: Record<string, JsonValue> = { ...(body as Readonly<Record<string, JsonValue>>) };
  for (const [list, reference] of referencesOf(body)) spec[list] = readIds(reference, blobs);
  return spec;
}

/** The lists of a segment's body that live in blobs. */
export function referencesOf(body: JsonValue): (readonly [list: IdListName, reference: IdListReference])[] {
  if (typeof body !== 'object' || body === null) return [];
  return ID_LISTS.flatMap((list) => {
    const value = (body as Readonly<Record<string, unknown>>)[list];
    return isIdListReference(value) ? [[list, value] as const] : [];
  });
}

const NO_IDS = { blobs: [], count: 0, size: 0 } satisfies IdListReference;

/** The body without what the ids alone decide: what a delta carries, the ids' changes going beside it. */
export function withoutReferences(body: JsonValue): JsonValue {
  const rest: Record<string, JsonValue> = { ...(body as Readonly<Record<string, JsonValue>>) };
  for (const [list] of referencesOf(body)) rest[list] = NO_IDS;
  return rest;
}

/** The reference to start from where a list had none. */
export function referenceIn(body: JsonValue | undefined, list: IdListName): IdListReference {
  return referencesOf(body ?? null).find(([name]) => name === list)?.[1] ?? NO_IDS;
}
