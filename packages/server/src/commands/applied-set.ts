import type { Resource } from '@ombre/decide/model';
import type { Origin, ResourceRow } from '../store/row.ts';

type Rows = ReadonlyMap<string, ResourceRow>;

/** What a whole set changes in the rows. */
export interface SetChange {
  /** Resources that may differ from their rows, or have none. */
  readonly come: ReadonlyMap<string, Resource>;
  /** Keys of rows that the set does not have. */
  readonly gone: ReadonlySet<string>;
}

/** Rows are never changed, so what is known of them lasts as long as they: which set the rows of an origin are. */
const sets = new WeakMap<Rows, { readonly origin: Origin; readonly resources: readonly Resource[] }>();

/** Remembers that the rows of an origin are just this set. */
export function noteSet(rows: Rows, origin: Origin, resources: readonly Resource[]): void {
  sets.set(rows, { origin, resources });
}

/** More than this differs seldom, and then looking at everything costs little beside. */
const MOST = 1_000;

/**
 * What another set of the origin changes, found by what it shares with the one that the rows are: a save among ten thousand resources costs what
 * it touched. Undefined where the rows are not known to be a set, and where the two are too far apart to tell.
 */
export function changeOfSet(
  rows: Rows,
  origin: Origin,
  resources: readonly Resource[],
): SetChange | undefined {
  const known = sets.get(rows);
  if (known === undefined || known.origin !== origin) return undefined;
  const { resources: before } = known;
  const [shorter, excess] = [Math.min(before.length, resources.length), resources.length - before.length];
  let start = 0;
  while (start < shorter && before[start] === resources[start]) start++;
  let end = resources.length;
  while (end > start && end - excess > start && before[end - excess - 1] === resources[end - 1]) end--;
  const [old, now] = [before.slice(start, end - excess), resources.slice(start, end)];
  if (old.length + now.length > 2 * MOST) return undefined;

  const [was, is] = [new Set(old), new Set(now)];
  const come = new Map<string, Resource>();
  for (const resource of now) {
    if (was.has(resource)) continue;
    const key = keyOf(resource);
    if (come.has(key)) return undefined;
    come.set(key, resource);
  }
  const gone = new Set(old.filter((resource) => !is.has(resource)).map(keyOf));
  // A name that stayed with another resource, or belongs to somebody else, is a case for a closer look.
  for (const key of come.keys()) if (!gone.delete(key) && rows.has(key)) return undefined;
  return { come, gone };
}

/** `Kind/name` of a resource. */
export function keyOf(resource: Resource): string {
  return `${resource.kind}/${resource.metadata.name}`;
}
