import type { JsonValue } from '@ombre/decide/model';
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import type { IssueCode, IssueWords } from '../issue/codes.ts';
import type { SourceLimits } from './limits.ts';
import { keyText } from './positions.ts';

/** States an issue at a stretch of the source. */
export type Report = <Code extends IssueCode>(
  code: Code,
  range: readonly [start: number, end: number],
  words: IssueWords<Code>,
  more?: { readonly hint?: string; readonly also?: readonly [start: number, message: string] },
) => void;

export interface PlainTree {
  /** Undefined if an issue was reported: nothing of such a document is used. */
  readonly value: JsonValue | undefined;
  readonly aliased: ReadonlyMap<Alias, Node>;
}

/** Keys that reach an object's prototype in careless code. */
export const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__']);

/** Turns a document's tree into JSON: strict about keys, bounded in depth and in what aliases may repeat. */
export function treeToJson(document: Document.Parsed, limits: SourceLimits, report: Report): PlainTree {
  const anchors = new Map<string, Node>();
  const aliased = new Map<Alias, Node>();
  const open = new Set<Node>();
  let repeated = 0;
  let failed = false;

  const fail: Report = (...what) => {
    failed = true;
    report(...what);
  };

  function plain(node: Node | null, depth: number, inAlias: boolean): JsonValue {
    if (node === null) return null;
    if (inAlias && ++repeated > limits.aliased) {
      if (repeated === limits.aliased + 1) fail('ALIAS_LIMIT', rangeOf(node), { limit: limits.aliased });
      return null;
    }
    if (depth > limits.depth) {
      fail('TOO_DEEP', rangeOf(node), { limit: limits.depth });
      return null;
    }
    if (isAlias(node)) return repeat(node, depth, inAlias);
    if (!inAlias && node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isScalar(node)) return scalar(node);
    open.add(node);
    const value = isMap(node)
      ? mapping(node.items as Pair<Node, Node | null>[], depth, inAlias)
      : isSeq(node)
        ? node.items.map((item) => plain(item as Node, depth + 1, inAlias))
        : null;
    open.delete(node);
    return value;
  }

  function repeat(alias: Alias, depth: number, inAlias: boolean): JsonValue {
    const anchor = alias.source;
    // Inside a repeated value an alias means what it meant where it is written.
    const target = aliased.get(alias) ?? anchors.get(anchor);
    if (target === undefined) {
      const hint = inAlias ? {} : { hint: `text that begins with * needs quotes: "*${anchor}"` };
      fail('ALIAS_UNKNOWN', rangeOf(alias), { anchor }, hint);
      return null;
    }
    if (open.has(target)) {
      fail('ALIAS_CYCLE', rangeOf(alias), { anchor });
      return null;
    }
    aliased.set(alias, target);
    return repeated > limits.aliased ? null : plain(target, depth, true);
  }

  function mapping(items: readonly Pair<Node, Node | null>[], depth: number, inAlias: boolean): JsonValue {
    const object: Record<string, JsonValue> = {};
    const written = new Map<string, Node>();
    for (const pair of items) {
      const key = keyText(pair);
      if (key === undefined) {
        fail('COMPLEX_KEY', rangeOf(pair.key), {}, braces(pair.key));
        continue;
      }
      const first = written.get(key);
      const quoted = JSON.stringify(key);
      if (key === '<<') fail('MERGE_KEY', rangeOf(pair.key), {});
      else if (forbiddenKeys.has(key)) fail('FORBIDDEN_KEY', rangeOf(pair.key), { key: quoted });
      else if (first !== undefined && !inAlias) {
        fail(
          'DUPLICATE_KEY',
          rangeOf(pair.key),
          { key: quoted },
          { also: [rangeOf(first)[0], 'first here'] },
        );
      } else {
        written.set(key, pair.key);
        object[key] = plain(pair.value, depth + 1, inAlias);
      }
    }
    return object;
  }

  function scalar(node: Scalar): JsonValue {
    const { value } = node;
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    const text = node.source ?? String(value);
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      fail('NUMBER_NOT_JSON', rangeOf(node), { number: text });
      return null;
    }
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      fail('NUMBER_NOT_EXACT', rangeOf(node), { number: text }, { hint: `write it in quotes: "${text}"` });
      return null;
    }
    return value === 0 ? 0 : value;
  }

  const value = plain(document.contents, 0, false);
  return { value: failed ? undefined : value, aliased };
}

function rangeOf(node: Node): readonly [number, number] {
  const [start, end] = node.range ?? [0, 0];
  return [start, end];
}

/** `{{ name }}` of a template engine reads as a mapping that is a key. */
function braces(key: Node): { readonly hint?: string } {
  return isMap(key) ? { hint: 'text that begins with { needs quotes' } : {};
}
