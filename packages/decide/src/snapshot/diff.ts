import type { JsonValue } from '../model/json.ts';
import { sortedInSteps } from '../sorted.ts';
import { finish } from '../steps.ts';
import { linesByKey, readManifest } from './chunks.ts';
import type { Delta, IdChange } from './delta.ts';
import type { Encoded } from './entry.ts';
import type { Head } from './head.ts';
import { type IdListName, readIds } from './id-list.ts';
import { formatLine, type Line, readLine } from './line.ts';
import { referenceIn, referencesOf, withoutReferences } from './segment-line.ts';

/** The delta from one revision's bytes to another's; chunks with equal text are not looked into. */
export function diffSnapshots(...parts: Parameters<typeof diffInSteps>): Delta {
  return finish(diffInSteps(...parts));
}

/** The same in slices well below a millisecond, for bytes that are far apart. */
export function* diffInSteps(
  from: Encoded,
  fromHead: Head,
  to: Encoded,
  toHead: Head,
): Generator<undefined, Delta> {
  const put: string[] = [];
  const remove: string[] = [];
  const ids: IdChange[] = [];
  for (const id of new Set([...from.chunks.keys(), ...to.chunks.keys()])) {
    if (from.chunks.get(id) === to.chunks.get(id)) continue;
    yield;
    const before = linesByKey(from.chunks.get(id));
    const after = linesByKey(to.chunks.get(id));
    for (const key of before.keys()) if (!after.has(key)) remove.push(key);
    for (const [key, text] of after) {
      const old = before.get(key);
      if (old === text) continue;
      if (key.startsWith('Segment/')) diffSegment(old, text, from, to, put, ids);
      else put.push(text);
    }
  }
  const { lineage, revision, digest } = fromHead;
  return {
    from: { lineage, revision, digest },
    head: toHead,
    requires: readManifest(to.manifest)?.requires ?? [],
    put: yield* sortedInSteps(put),
    remove: yield* sortedInSteps(remove),
    ids: ids.sort((a, b) => (`${a.segment}/${a.list}` < `${b.segment}/${b.list}` ? -1 : 1)),
  };
}

function diffSegment(
  oldText: string | undefined,
  text: string,
  from: Encoded,
  to: Encoded,
  put: string[],
  ids: IdChange[],
): void {
  const line = readLine(text) as Line;
  const body = JSON.parse(line.body) as JsonValue;
  const old = oldText === undefined ? undefined : readLine(oldText);
  const oldBody = old && (JSON.parse(old.body) as JsonValue);
  for (const [list] of referencesOf(body)) {
    const change = diffIds(line.name, list, oldBody, body, from, to);
    if (change.add.length + change.remove.length > 0) ids.push(change);
  }
  const rest = formatLine(line.kind, line.name, line.needs, withoutReferences(body));
  const oldRest = old && formatLine(old.kind, old.name, old.needs, withoutReferences(oldBody as JsonValue));
  if (rest !== oldRest) put.push(rest);
}

function diffIds(
  segment: string,
  list: IdListName,
  oldBody: JsonValue | undefined,
  body: JsonValue,
  from: Encoded,
  to: Encoded,
): IdChange {
  const [old, now] = [referenceIn(oldBody, list), referenceIn(body, list)];
  // Parts are by hash: as long as there are as many, equal digests need not be read.
  const aligned = old.blobs.length === now.blobs.length;
  const only = (blobs: readonly string[], other: readonly string[]) =>
    aligned ? blobs.filter((digest, part) => digest !== other[part]) : blobs;
  const before = new Set(readIds({ ...old, blobs: only(old.blobs, now.blobs) }, from.blobs));
  const after = new Set(readIds({ ...now, blobs: only(now.blobs, old.blobs) }, to.blobs));
  return {
    segment,
    list,
    add: [...after].filter((id) => !before.has(id)),
    remove: [...before].filter((id) => !after.has(id)),
  };
}
