import type { Encoded } from '@ombre/decide';

/** What a chunk says of what stands on what: keys of entries that stand on something, and of vocabularies, on which all may. */
interface ChunkNeeds {
  readonly text: string;
  readonly needs: readonly (readonly [key: string, needs: readonly string[]])[];
  readonly vocabularies: readonly string[];
}

/** By chunk. Snapshots are never changed, so what was read of one lasts as long as it; the next shares what it shares of the text. */
const readings = new WeakMap<Encoded, ReadonlyMap<string, ChunkNeeds>>();

/**
 * Keys of the resources whose checks a change can turn out differently: what changed, all that stands on it, and all that those stand on.
 * Undefined where that is everything, since a vocabulary changed. `after` holds the change, `before` is without.
 */
export function affectedKeys(
  before: Encoded,
  after: Encoded,
  changed: Iterable<string>,
): ReadonlySet<string> | undefined {
  const keys = [...changed];
  if (keys.some((key) => key.startsWith('Vocabulary/'))) return undefined;
  const chunks = [...readingOf(after, readingOf(before)).values()];
  const needs = new Map(chunks.flatMap((chunk) => chunk.needs));
  const asking = reversed(needs);
  const touched = closure(keys, (key) => asking.get(key) ?? []);
  // Two releases of one flag know of each other through it.
  const rivals = [...touched]
    .filter((key) => key.startsWith('Release/'))
    .flatMap((key) => needs.get(key) ?? []);
  const releases = rivals.flatMap((key) =>
    (asking.get(key) ?? []).filter((one) => one.startsWith('Release/')),
  );
  const all = closure([...touched, ...releases], (key) => needs.get(key) ?? []);
  for (const { vocabularies } of chunks) for (const key of vocabularies) all.add(key);
  return all;
}

function readingOf(
  encoded: Encoded,
  near: ReadonlyMap<string, ChunkNeeds> = new Map(),
): ReadonlyMap<string, ChunkNeeds> {
  const known = readings.get(encoded);
  if (known !== undefined) return known;
  const reading = new Map<string, ChunkNeeds>();
  for (const [id, text] of encoded.chunks) {
    const same = near.get(id);
    reading.set(id, same?.text === text ? same : readChunk(text));
  }
  readings.set(encoded, reading);
  return reading;
}

/** Read from the lines: `key TAB needs,… TAB body`. */
function readChunk(text: string): ChunkNeeds {
  const needs: (readonly [string, readonly string[]])[] = [];
  const vocabularies: string[] = [];
  for (let start = 0; start < text.length; ) {
    const first = text.indexOf('\t', start);
    const second = text.indexOf('\t', first + 1);
    const key = text.slice(start, first);
    if (key.startsWith('Vocabulary/')) vocabularies.push(key);
    if (second > first + 1) needs.push([key, text.slice(first + 1, second).split(',')]);
    start = text.indexOf('\n', second) + 1;
  }
  return { text, needs, vocabularies };
}

function reversed(needs: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const asking = new Map<string, string[]>();
  for (const [key, asked] of needs) {
    for (const one of asked) {
      const known = asking.get(one);
      if (known === undefined) asking.set(one, [key]);
      else known.push(key);
    }
  }
  return asking;
}

function closure(start: readonly string[], next: (key: string) => readonly string[]): Set<string> {
  const reached = new Set(start);
  const open = [...reached];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    for (const one of next(key)) {
      if (reached.has(one)) continue;
      reached.add(one);
      open.push(one);
    }
  }
  return reached;
}
