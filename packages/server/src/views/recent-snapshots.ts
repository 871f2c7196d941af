import { type Delta, diffSnapshots, type Encoded, type Head } from '@ombre/decide';

/** Snapshots kept so that receivers a little behind get a delta. */
const MOST = 256;
/** Characters kept beyond the newest snapshot; neighbours share the chunks that did not change. */
const MOST_CHARACTERS = 32_000_000;

interface Kept {
  readonly head: Head;
  readonly encoded: Encoded;
  /** Characters that the snapshot before does not have. */
  readonly fresh: number;
}

/** The latest snapshots of one lineage, oldest first, bounded in number and size. */
export interface Recent {
  add(head: Head, encoded: Encoded): void;
  /** From a kept revision to the newest; computed once for all who ask. */
  delta(from: number): Delta | 'resync';
  snapshot(digest: string): { readonly head: Head; readonly encoded: Encoded } | undefined;
  clear(): void;
}

export function recentSnapshots(most: number = MOST, mostCharacters: number = MOST_CHARACTERS): Recent {
  let kept: Kept[] = [];
  let characters = 0;
  const deltas = new Map<number, Delta>();

  return {
    add: (head, encoded) => {
      deltas.clear();
      const last = kept.at(-1);
      if (last !== undefined && last.head.lineage !== head.lineage) {
        kept = [];
        characters = 0;
      }
      const fresh = kept.length === 0 ? 0 : freshCharacters(kept.at(-1)?.encoded, encoded);
      kept.push({ head, encoded, fresh });
      characters += fresh;
      while (kept.length > 1 && (kept.length > most || characters > mostCharacters)) {
        kept.shift();
        // What the new oldest had fresh replaced parts of the one that went.
        characters -= kept[0]?.fresh ?? 0;
      }
    },

    delta: (from) => {
      const known = deltas.get(from);
      if (known !== undefined) return known;
      const base = kept.find(({ head }) => head.revision === from);
      const newest = kept.at(-1);
      if (base === undefined || newest === undefined) return 'resync';
      const delta = diffSnapshots(base.encoded, base.head, newest.encoded, newest.head);
      deltas.set(from, delta);
      return delta;
    },

    snapshot: (digest) => kept.findLast(({ encoded }) => encoded.digest === digest),

    clear: () => {
      kept = [];
      characters = 0;
      deltas.clear();
    },
  };
}

function freshCharacters(before: Encoded | undefined, after: Encoded): number {
  let count = after.manifest.length;
  for (const part of ['chunks', 'blobs'] as const) {
    for (const [name, text] of after[part]) {
      if (before?.[part].get(name) !== text) count += text.length;
    }
  }
  return count;
}
