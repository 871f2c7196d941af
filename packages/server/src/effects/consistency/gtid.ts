/** Numbers first … last of one origin, both included. */
type Interval = readonly [first: bigint, last: bigint];

/** Executed transactions of MySQL: by origin (a UUID, with its tag where there is one), disjoint and ascending. */
export type GtidSet = ReadonlyMap<string, readonly Interval[]>;

const ORIGIN = /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;
const TAG = /^[a-z_][a-z0-9_]{0,31}$/i;
const LAST = 2n ** 63n - 2n;

/**
 * Reads a GTID set as MySQL writes it: `uuid:1-5:7, uuid:tag:1-3:tag2:9`; blanks and line ends do not count, intervals may touch
 * and overlap and an interval that ends before it begins is empty. Undefined where the text is none. MySQL 8.4 Reference Manual,
 * "GTID Sets".
 */
export function parseGtidSet(text: string): GtidSet | undefined {
  const found = new Map<string, Interval[]>();
  for (const part of text.replaceAll(/\s/g, '').split(',').filter(Boolean)) {
    const [origin = '', ...pieces] = part.split(':');
    if (!ORIGIN.test(origin) || pieces.length === 0) return undefined;
    const uuid = origin.toLowerCase().replaceAll('-', '');
    let key = uuid;
    let ranges = 0;
    for (const [index, piece] of pieces.entries()) {
      if (TAG.test(piece)) {
        // A tag holds for the intervals after it, of which there must be one.
        if (index > 0 && ranges === 0) return undefined;
        key = `${uuid}:${piece.toLowerCase()}`;
        ranges = 0;
        continue;
      }
      const interval = readInterval(piece);
      if (interval === undefined) return undefined;
      ranges += 1;
      if (interval[0] <= interval[1]) found.set(key, [...(found.get(key) ?? []), interval]);
    }
    if (ranges === 0) return undefined;
  }
  return new Map([...found].map(([key, intervals]) => [key, joined(intervals)]));
}

function readInterval(text: string): Interval | undefined {
  const [, first, last = first] = /^(\d{1,19})(?:-(\d{1,19}))?$/.exec(text) ?? [];
  if (first === undefined || last === undefined) return undefined;
  const interval = [BigInt(first), BigInt(last)] as const;
  return interval[0] < 1n || interval[0] > LAST || interval[1] > LAST ? undefined : interval;
}

function joined(intervals: readonly Interval[]): readonly Interval[] {
  const result: Interval[] = [];
  for (const [first, last] of intervals.toSorted((a, b) => (a[0] < b[0] ? -1 : 1))) {
    const before = result.at(-1);
    if (before === undefined || first > before[1] + 1n) result.push([first, last]);
    else if (last > before[1]) result[result.length - 1] = [before[0], last];
  }
  return result;
}

/** What `set` holds and `other` does not (`GTID_SUBTRACT`). */
export function subtractGtids(set: GtidSet, other: GtidSet): GtidSet {
  const rest = new Map<string, readonly Interval[]>();
  for (const [key, intervals] of set) {
    let left = intervals;
    for (const [first, last] of other.get(key) ?? []) {
      left = left.flatMap(([from, to]): Interval[] => {
        if (last < from || first > to) return [[from, to]];
        const before: Interval[] = first > from ? [[from, first - 1n]] : [];
        return last < to ? [...before, [last + 1n, to]] : before;
      });
    }
    if (left.length > 0) rest.set(key, left);
  }
  return rest;
}

/** How many transactions a set holds. */
export function countGtids(set: GtidSet): bigint {
  let count = 0n;
  for (const intervals of set.values()) for (const [first, last] of intervals) count += last - first + 1n;
  return count;
}

/** What a replica says of its source's executed transactions. */
export type GtidGap =
  | {
      readonly ok: true;
      readonly missing: bigint /** Transactions of the replica alone: it was written to itself. */;
      readonly errant: bigint;
    }
  | { readonly ok: false };

/** Transactions the replica has not executed (it may go back within 100), and those only it has (none may be). */
export function gtidGap(source: string, replica: string): GtidGap {
  const [one, other] = [parseGtidSet(source), parseGtidSet(replica)];
  if (one === undefined || other === undefined) return { ok: false };
  return {
    ok: true,
    missing: countGtids(subtractGtids(one, other)),
    errant: countGtids(subtractGtids(other, one)),
  };
}
