import type { JsonValue } from '../model/json.ts';
import { canonicalJson } from './canonical-json.ts';
import type { EntryKind } from './entry.ts';

/**
 * One entry as a chunk holds it: `kind/name TAB needs TAB body LF`. The body is canonical JSON, so it has no line end or tab; a receiver
 * indexes ten thousand flags without parsing one.
 */
export interface Line {
  readonly key: string;
  readonly kind: EntryKind;
  readonly name: string;
  /** What the entry stands on: other entries (`Segment/beta`), code (`Enricher/geo`), instants (`At/1763712000000`). Sorted. */
  readonly needs: readonly string[];
  /** Canonical JSON. */
  readonly body: string;
}

const NOTHING: readonly string[] = [];

export function formatLine(kind: string, name: string, needs: readonly string[], body: JsonValue): string {
  return `${kind}/${name}\t${needs.join(',')}\t${canonicalJson(body)}\n`;
}

/** Reads a line, with or without its end; undefined where it has another form. The body is not looked into. */
export function readLine(text: string): Line | undefined {
  const first = text.indexOf('\t');
  const second = text.indexOf('\t', first + 1);
  const slash = text.indexOf('/');
  if (slash < 1 || second < 0 || slash > first) return undefined;
  return {
    key: text.slice(0, first),
    kind: text.slice(0, slash) as EntryKind,
    name: text.slice(slash + 1, first),
    needs: second === first + 1 ? NOTHING : text.slice(first + 1, second).split(','),
    body: text.endsWith('\n') ? text.slice(second + 1, -1) : text.slice(second + 1),
  };
}

/** The lines of a chunk, each with its end. */
export function linesOf(chunk: string): string[] {
  const lines: string[] = [];
  for (let start = 0; start < chunk.length; ) {
    const end = chunk.indexOf('\n', start) + 1 || chunk.length;
    lines.push(chunk.slice(start, end));
    start = end;
  }
  return lines;
}

/** The key a line begins with. */
export function keyOfLine(line: string): string {
  return line.slice(0, line.indexOf('\t'));
}
