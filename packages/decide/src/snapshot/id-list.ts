import { murmur3 } from '../bucketing/murmur3.ts';
import type { JsonValue } from '../model/json.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Sha256 } from './entry.ts';

/** Lists up to this long stay in their line. */
const INLINE = 256;

/** Characters a part should have, and the most parts a list may have: its line and its parts both stay below 256 KiB. */
const PART = 16_384;
const MOST_PARTS = 2048;

/** Ids changed between two pauses; each may be the first of its part, which is then read. */
const IDS = 8;

export const ID_LISTS = ['ids', 'exclude'] as const;

export type IdListName = (typeof ID_LISTS)[number];

/**
 * Stands in a segment's line in place of a long list: its parts by digest. An id is in the part given by the low bits of its murmur3, so a
 * change of one id touches one part. How many parts there are follows from the ids alone.
 */
export interface IdListReference {
  readonly blobs: readonly string[];
  readonly count: number;
  /** Length of all ids with quotes and commas; what decides the number of parts. */
  readonly size: number;
}

/** What a blob says. Naming its owner keeps blobs of two lists apart, so that each is dropped with its list. */
interface Part {
  readonly ids: readonly string[];
  readonly list: IdListName;
  readonly part: number;
  readonly segment: string;
}

export interface WrittenIds {
  readonly reference: IdListReference;
  /** Blobs by digest. */
  readonly blobs: ReadonlyMap<string, string>;
}

export function isIdListReference(value: unknown): value is IdListReference {
  return (
    typeof value === 'object' &&
    value !== null &&
    'blobs' in value &&
    Array.isArray(value.blobs) &&
    'count' in value &&
    typeof value.count === 'number' &&
    'size' in value &&
    typeof value.size === 'number'
  );
}

/** Sorted, each id once. */
export function normalIds(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)].sort();
}

export function isLongIdList(count: number): boolean {
  return count > INLINE;
}

/** Writes a list, sorted and without repetition, as parts. */
export function writeIds(
  segment: string,
  list: IdListName,
  ids: readonly string[],
  sha256: Sha256,
): WrittenIds {
  const size = sizeOfAll(ids);
  const parts = Array.from({ length: partsFor(size) }, (): string[] => []);
  for (const id of ids) parts[partOf(id, parts.length)]?.push(id);
  const blobs = new Map<string, string>();
  const digests = parts.map((part, index) => {
    const text = formatPart({ ids: part, list, part: index, segment });
    const digest = sha256(text);
    blobs.set(digest, text);
    return digest;
  });
  return { reference: { blobs: digests, count: ids.length, size }, blobs };
}

/** The ids of a list, sorted. Throws where a blob is missing or no part. */
export function readIds(reference: IdListReference, blobs: ReadonlyMap<string, string>): readonly string[] {
  return reference.blobs.flatMap((digest) => readPart(digest, blobs)).sort();
}

/** The ids of one part. Throws where the blob is missing or no part. */
export function readPart(digest: string, blobs: ReadonlyMap<string, string>): readonly string[] {
  const text = blobs.get(digest);
  if (text === undefined) throw new Error(`blob ${digest} is missing`);
  return (JSON.parse(text) as Part).ids;
}

/**
 * Changes a written list: the same as writing it anew, but only touched parts are read and hashed; `blobs` of the answer holds the new ones.
 * undefined where an id to add is there already or one to remove is not. Pauses while many parts are touched.
 */
export function* changeIds(
  segment: string,
  list: IdListName,
  reference: IdListReference,
  blobs: ReadonlyMap<string, string>,
  add: readonly string[],
  remove: readonly string[],
  sha256: Sha256,
): Generator<undefined, WrittenIds | undefined> {
  const touched = new Map<number, Set<string>>();
  const partFor = (id: string): Set<string> => {
    const index = partOf(id, Math.max(1, reference.blobs.length));
    const digest = reference.blobs[index];
    const part = touched.get(index) ?? new Set(digest === undefined ? [] : readPart(digest, blobs));
    touched.set(index, part);
    return part;
  };
  let seen = 0;
  for (const id of remove) {
    if (!partFor(id).delete(id)) return undefined;
    if (++seen % IDS === 0) yield;
  }
  for (const id of add) {
    if (++seen % IDS === 0) yield;
    const part = partFor(id);
    if (part.has(id)) return undefined;
    part.add(id);
  }
  const size = reference.size + sizeOfAll(add) - sizeOfAll(remove);
  if (partsFor(size) !== reference.blobs.length) {
    const untouched = reference.blobs.flatMap((digest, i) => (touched.has(i) ? [] : readPart(digest, blobs)));
    const all = [...untouched, ...[...touched.values()].flatMap((part) => [...part])];
    return writeIds(segment, list, all.sort(), sha256);
  }
  const digests = [...reference.blobs];
  const written = new Map<string, string>();
  for (const [part, ids] of touched) {
    const text = formatPart({ ids: [...ids].sort(), list, part, segment });
    const digest = sha256(text);
    digests[part] = digest;
    written.set(digest, text);
    yield;
  }
  const count = reference.count + add.length - remove.length;
  return { reference: { blobs: digests, count, size }, blobs: written };
}

function formatPart(part: Part): string {
  return canonicalJson({ ...part } satisfies JsonValue);
}

function sizeOf(id: string): number {
  return id.length + 3;
}

function sizeOfAll(ids: readonly string[]): number {
  return ids.reduce((total, id) => total + sizeOf(id), 0);
}

function partsFor(size: number): number {
  let parts = 1;
  while (parts < MOST_PARTS && parts * PART < size) parts *= 2;
  return parts;
}

function partOf(id: string, parts: number): number {
  return murmur3(id) & (parts - 1);
}
