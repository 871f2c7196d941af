import { canonicalJson } from './canonical-json.ts';
import { type Encoded, FORMAT, type Manifest, type Sha256 } from './entry.ts';
import { keyOfLine, linesOf, readLine } from './line.ts';
import { isRequirement } from './needs.ts';

/** The chunk an entry lives in: the first byte of SHA-256(kind/name), as two hexadecimal digits. */
export function chunkOf(key: string, sha256: Sha256): string {
  return sha256(key).slice(0, 2);
}

/** Joins lines into a chunk, in order of their keys. Two lines of one key are a broken invariant. */
export function formatChunk(lines: ReadonlyMap<string, string>): string {
  return [...lines.keys()]
    .sort()
    .map((key) => lines.get(key))
    .join('');
}

/** The lines of a chunk by key. */
export function linesByKey(chunk: string | undefined): Map<string, string> {
  return new Map(linesOf(chunk ?? '').map((line) => [keyOfLine(line), line]));
}

/** Hashes chunks and completes the bytes; chunks that `known` has with the same text keep their digest unhashed. Pauses after each that is hashed. */
export function* sealInSteps(
  chunks: ReadonlyMap<string, string>,
  blobs: ReadonlyMap<string, string>,
  requires: readonly string[],
  sha256: Sha256,
  known?: { readonly encoded: Encoded; readonly manifest: Manifest },
): Generator<undefined, Encoded> {
  const digests: Record<string, string> = {};
  for (const [id, chunk] of chunks) {
    const digest = known?.encoded.chunks.get(id) === chunk ? known.manifest.chunks[id] : undefined;
    digests[id] = digest ?? sha256(chunk);
    if (digest === undefined) yield;
  }
  const manifest = canonicalJson({ format: FORMAT, requires, chunks: digests });
  return { manifest, digest: sha256(manifest), chunks, blobs };
}

/** What the lines of chunks ask of the receiver's code, sorted. Pauses after each chunk. */
export function* requirementsInSteps(chunks: Iterable<string>): Generator<undefined, readonly string[]> {
  const found = new Set<string>();
  for (const chunk of chunks) {
    for (const line of linesOf(chunk)) for (const one of requirementsIn(line)) found.add(one);
    yield;
  }
  return [...found].sort();
}

/** What one line asks of the receiver's code. */
export function requirementsIn(line: string): readonly string[] {
  return readLine(line)?.needs.filter(isRequirement) ?? [];
}

/** Reads a manifest from outside; undefined where it is none. */
export function readManifest(text: string): Manifest | undefined {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const { format, requires, chunks } = value as Partial<Record<keyof Manifest, unknown>>;
  const strings = (list: readonly unknown[]): boolean => list.every((item) => typeof item === 'string');
  if (typeof format !== 'number' || !Array.isArray(requires) || !strings(requires)) return undefined;
  if (typeof chunks !== 'object' || chunks === null || !strings(Object.values(chunks))) return undefined;
  return { format, requires: requires as string[], chunks: chunks as Record<string, string> };
}

/** The value of a JSON text, undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
