import type { JsonValue, Kind, Resource } from '@ombre/decide/model';
import type { z } from 'zod';
import type { IssueCode } from '../issue/codes.ts';
import type { Path } from '../issue/issue.ts';
import { explainShape } from './explain-shape.ts';
import { isMapping } from './schema-walk.ts';
import type { ShapeIssue } from './shape-issue.ts';

/**
 * A document as far as it makes sense: what the checks across resources look at, so that one malformed rule hides neither the mistakes of the
 * other rules nor makes every mention of its flag an error.
 */
export interface Draft {
  /** The id of its positions. */
  readonly id: string;
  /** `Kind/name`. */
  readonly key: string;
  readonly kind: Kind;
  readonly name: string;
  /** As written. */
  readonly value: JsonValue;
  /** Without its malformed parts; undefined if what is left makes no sense. */
  readonly resource: Resource | undefined;
  /** Whether nothing was wrong with its shape. */
  readonly whole: boolean;
  /** The path as written of a path in `resource`. */
  written(path: Path): Path;
}

/** Codes after which a value has not the type its reader expects. */
const structural: ReadonlySet<IssueCode> = new Set<IssueCode>([
  'MISSING_KEY',
  'MISSING_VALUE',
  'UNKNOWN_KEY',
  'WRONG_TYPE',
  'NOT_ONE_OF',
  'NO_ALTERNATIVE',
  'CONFLICTING_KEYS',
  'ACTION_SERVES_VARIANT',
]);

/** Lists whose entries stand alone: one may be left out without making others wrong. */
const lists: ReadonlySet<string> = new Set([
  'rules',
  'prerequisites',
  'rows',
  'ladder',
  'guards',
  'endpoints',
]);

/** Keys of a spec that others lean on: they cannot be left out silently. */
const pillars: ReadonlySet<string> = new Set([
  'ids',
  'when',
  'type',
  'variants',
  'default',
  'off',
  'attributes',
  'dimensions',
  'flag',
  'from',
  'to',
]);

/** What is left of a value when its malformed parts are taken away, and where each part stood. */
export function salvage(
  schema: z.ZodType,
  value: JsonValue,
): { readonly value: JsonValue; written(path: Path): Path } | undefined {
  const left = structuredCopy(value);
  const kept = new Map<string, number[]>();
  const written = (path: Path): Path =>
    path.map((step, at) =>
      typeof step === 'number' ? (kept.get(path.slice(0, at).join('/'))?.[step] ?? step) : step,
    );
  // Each round takes away at least one part; what a round reveals (a misspelt key was a needed one) the next removes.
  for (let round = 0; round < 4; round++) {
    const issues = explainShape(schema, left).filter(({ code }) => structural.has(code));
    if (issues.length === 0) return { value: left, written };
    if (!issues.every((issue) => markForRemoval(left, issue))) return undefined;
    sweep(left, [], kept);
  }
  return undefined;
}

const gone = Symbol('gone');

function markForRemoval(root: JsonValue, issue: ShapeIssue): boolean {
  const [top, key, index] = issue.path;
  const outer = isMapping(root) ? root[String(top)] : undefined;
  if (
    typeof index === 'number' &&
    lists.has(String(key)) &&
    isMapping(outer) &&
    Array.isArray(outer[String(key)])
  ) {
    (outer[String(key)] as unknown[])[index] = gone;
    return true;
  }
  if (issue.code === 'UNKNOWN_KEY' && issue.path.length <= 2)
    return remove(issue.path.length === 1 ? root : outer, issue.path.at(-1));
  if (key === undefined || issue.code === 'MISSING_KEY') return false;
  if (top === 'metadata' && key !== 'name') return remove(outer, key);
  return top === 'spec' && !pillars.has(String(key)) && remove(outer, key);
}

function remove(from: unknown, key: string | number | undefined): boolean {
  if (!isMapping(from) || key === undefined) return false;
  delete (from as Record<string, unknown>)[String(key)];
  return true;
}

/** Closes the gaps of marked entries, remembering the index each remaining one was written at. */
function sweep(value: JsonValue, path: Path, kept: Map<string, number[]>): void {
  if (!isMapping(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(inner)) {
      if (path.length === 0) sweep(inner as JsonValue, [key], kept);
      continue;
    }
    const list: unknown[] = inner;
    if (!list.includes(gone)) continue;
    const at = [...path, key].join('/');
    const before = kept.get(at) ?? list.map((_, index) => index);
    kept.set(
      at,
      before.filter((_, index) => list[index] !== gone),
    );
    (value as Record<string, unknown>)[key] = list.filter((item) => item !== gone);
  }
}

function structuredCopy(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(structuredCopy);
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, structuredCopy(inner as JsonValue)]),
  );
}
