import type { JsonValue } from '../model/json.ts';
import type { Encoded, Entry } from './entry.ts';
import { linesOf, readLine } from './line.ts';
import { readSegment } from './segment-line.ts';

/** The entries in order of their keys, id lists whole and sorted. Throws on bytes that no encoder wrote: verify what came from outside first. */
export function decodeEntries(encoded: Encoded): Entry[] {
  const entries = new Map<string, Entry>();
  for (const chunk of encoded.chunks.values()) {
    for (const text of linesOf(chunk)) {
      const line = readLine(text);
      if (line === undefined) throw new Error(`not a line of a snapshot: ${text.slice(0, 100)}`);
      const { key, kind, name } = line;
      const body = JSON.parse(line.body) as JsonValue;
      entries.set(key, { kind, name, body: kind === 'Segment' ? readSegment(body, encoded.blobs) : body });
    }
  }
  return [...entries.keys()].sort().flatMap((key) => entries.get(key) ?? []);
}
