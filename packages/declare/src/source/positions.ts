import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { At, Path } from '../issue/issue.ts';
import { scalarOffsets } from './scalar-offsets.ts';
import { type SourceText, type Spot, spotAt } from './source-file.ts';

/** A document of a file as a tree in which the place of any value can be looked up. */
export interface Written {
  readonly source: SourceText;
  readonly root: Node;
  /** The value an alias of this document repeats. */
  readonly aliased: ReadonlyMap<Alias, Node>;
}

/** The documents of a set, by their ids. */
export interface WrittenSet {
  /** Undefined for a document that is not of the set. */
  written(resource: string): Written | undefined;
  /** `Kind/name` of a document of the set, where it has such. */
  nameOf(resource: string): string | undefined;
  has(resource: string): boolean;
}

/** Where resources are written. */
export interface Positions {
  /** The place of a value, or of the nearest value around it that is written; undefined for a resource that came without a file. */
  find(at: At): Spot | undefined;
  /** `Kind/name` of a document; undefined if it has none. */
  nameOf(resource: string): string | undefined;
}

/** Positions in the documents of a set. */
export function positionsOf(documents: WrittenSet): Positions {
  return {
    find(at) {
      const written = documents.written(at.resource);
      return written && locate(written, at);
    },
    nameOf: (resource) => (documents.has(resource) ? documents.nameOf(resource) : resource),
  };
}

function locate(written: Written, at: At): Spot {
  const { source } = written;
  const { node, key, complete } = walk(written, at.path);
  if (complete && at.span !== undefined && isScalar(node) && typeof node.value === 'string') {
    const offsets = scalarOffsets(source.text, node, node.value);
    const start = offsets[Math.min(at.span.start, node.value.length)] ?? 0;
    const last = offsets[Math.min(Math.max(at.span.end - 1, at.span.start), node.value.length)] ?? start;
    return spotAt(source, start, Math.max(start, last) + 1);
  }
  const meant = (at.part === 'key' || !complete) && key !== undefined ? key : node;
  // Of a list or mapping only the beginning is marked.
  const [start, end] = isScalar(meant) || isAlias(meant) ? (meant.range ?? [0, 0]) : [meant.range?.[0] ?? 0];
  return spotAt(source, start, end);
}

/** The node at a path or, if nothing is written there, the innermost around it. */
function walk(written: Written, path: Path): { node: Node; key: Node | undefined; complete: boolean } {
  let node = written.root;
  let key: Node | undefined;
  for (const step of path) {
    const inner = isAlias(node) ? (written.aliased.get(node) ?? node) : node;
    if (isMap(inner)) {
      const pair = pairsOf(inner).get(String(step));
      if (pair === undefined) return { node, key, complete: false };
      key = pair.key as Node;
      node = (pair.value ?? pair.key) as Node;
    } else if (isSeq(inner)) {
      const item = inner.items[Number(step)];
      if (item === undefined) return { node, key, complete: false };
      key = undefined;
      node = item as Node;
    } else return { node, key, complete: false };
  }
  return { node: isAlias(node) ? (written.aliased.get(node) ?? node) : node, key, complete: true };
}

/** The pairs of each mapping by key, made when a place in it is first looked up. */
const pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = pairs.get(map);
  if (known !== undefined) return known;
  const made = new Map<string, Pair>();
  for (const pair of map.items) {
    const key = keyText(pair);
    if (key !== undefined && !made.has(key)) made.set(key, pair);
  }
  pairs.set(map, made);
  return made;
}

/** The text of a pair's key as it becomes a key of JSON: numbers and booleans as they are written. */
export function keyText(pair: Pair): string | undefined {
  const { key } = pair;
  if (!isScalar(key) || key.value === null) return undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}
