import type { JsonValue } from '@ombre/decide/model';
import { formatPath, type Path } from '../issue/issue.ts';
import { isMapping } from '../shape/schema-walk.ts';

/** A value that differs; `from` is absent where it was added, `to` where it was removed. */
export interface PathChange {
  /** Entries of lists that have an id or name are named by it: `spec.rules["vip"].serve.share`. */
  readonly path: string;
  readonly from?: JsonValue;
  readonly to?: JsonValue;
}

/** Changes of a list of ids that are listed one by one; of more only the counts are told. */
const mostIds = 50;

/** Everything in which two values differ, in the order of their keys. */
export function structuralDiff(from: JsonValue, to: JsonValue, path: Path = []): readonly PathChange[] {
  if (Array.isArray(from) && Array.isArray(to)) return listDiff(from, to, path);
  if (isMapping(from) && isMapping(to)) return entriesDiff(Object.entries(from), Object.entries(to), path);
  return equalJson(from, to) ? [] : [{ path: formatPath(path), from, to }];
}

/** Whether two JSON values are the same; the order of keys does not matter. */
export function equalJson(one: JsonValue, other: JsonValue): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => equalJson(item, other[at] as JsonValue));
  }
  if (!isMapping(one) || !isMapping(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every(
      (key) => Object.hasOwn(other, key) && equalJson(one[key] as JsonValue, other[key] as JsonValue),
    )
  );
}

type Entries = readonly (readonly [key: string, value: unknown])[];

function entriesDiff(from: Entries, to: Entries, path: Path): readonly PathChange[] {
  const before = new Map(from);
  const after = new Map(to);
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].flatMap((key) => {
    const at = [...path, key];
    const [old, now] = [before.get(key) as JsonValue, after.get(key) as JsonValue];
    if (!before.has(key)) return [{ path: formatPath(at), to: now }];
    if (!after.has(key)) return [{ path: formatPath(at), from: old }];
    return structuralDiff(old, now, at);
  });
}

function listDiff(from: readonly JsonValue[], to: readonly JsonValue[], path: Path): readonly PathChange[] {
  const [before, after] = [named(from), named(to)];
  if (before !== undefined && after !== undefined && before.length + after.length > 0) {
    const changes = entriesDiff(before, after, path);
    const order = orderOf(before, after);
    return order === undefined ? changes : [...changes, { path: formatPath(path), ...order }];
  }
  if ([...from, ...to].every((item) => typeof item === 'string')) return setDiff(from, to, path);
  return equalJson(from, to) ? [] : [{ path: formatPath(path), from, to }];
}

/** The entries of a list by their id or name; undefined if they have none, or not each its own. */
function named(list: readonly JsonValue[]): Entries | undefined {
  const entries = list.map((item) => {
    const { id, name, flag } = (isMapping(item) ? item : {}) as Record<string, JsonValue>;
    return [id ?? name ?? flag, item] as const;
  });
  if (!entries.every((entry): entry is readonly [string, JsonValue] => typeof entry[0] === 'string'))
    return undefined;
  return new Set(entries.map(([key]) => key)).size === entries.length ? entries : undefined;
}

/** The order of entries, where those in both lists stand in another. */
function orderOf(
  before: Entries,
  after: Entries,
): { readonly from: JsonValue; readonly to: JsonValue } | undefined {
  const [old, now] = [before, after].map((entries) => entries.map(([key]) => key)) as [string[], string[]];
  const [inNow, inOld] = [new Set(now), new Set(old)];
  const [one, other] = [old.filter((key) => inNow.has(key)), now.filter((key) => inOld.has(key))];
  return one.every((key, at) => key === other[at]) ? undefined : { from: old, to: now };
}

function setDiff(from: readonly JsonValue[], to: readonly JsonValue[], path: Path): readonly PathChange[] {
  const [before, after] = [new Set(from), new Set(to)];
  const removed = [...before].filter((id) => !after.has(id));
  const added = [...after].filter((id) => !before.has(id));
  const at = formatPath(path);
  if (removed.length + added.length > mostIds) {
    const counts = {
      from: { entries: before.size, removed: removed.length },
      to: { entries: after.size, added: added.length },
    };
    return [{ path: at, ...counts }];
  }
  return [
    ...removed.map((id) => ({ path: formatPath([...path, String(id)]), from: id })),
    ...added.map((id) => ({ path: formatPath([...path, String(id)]), to: id })),
  ];
}
