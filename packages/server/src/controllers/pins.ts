import type { Encoded } from '@ombre/decide';
import type { ResourceOf } from '@ombre/decide/model';
import { pinnedDigest, pinnedKeys } from '../commands/release-pins.ts';
import type { ResourceRow } from '../store/row.ts';

/** Digests by `Kind/name`. */
export type Pins = Readonly<Record<string, string>>;

/** Follows what one release pins, looking into it only when a row of it was written. */
export interface PinWatch {
  /** Digests of the flag, of what it and the ladder ask, and of the release's own climb. */
  read(release: ResourceOf<'Release'>, encoded: Encoded, row: (key: string) => ResourceRow | undefined): Pins;
}

export function watchPins(): PinWatch {
  let rows: ReadonlyMap<string, ResourceRow | undefined> = new Map();
  let pins: Pins = {};
  return {
    read(release, encoded, row) {
      const own = `Release/${release.metadata.name}`;
      const same = rows.size > 0 && [...rows].every(([key, known]) => row(key) === known);
      if (same) return pins;
      const keys = [own, ...pinnedKeys(encoded, release)];
      rows = new Map(keys.map((key) => [key, row(key)]));
      pins = Object.fromEntries(
        [...rows].flatMap(([key, known]) =>
          known === undefined ? [] : [[key, pinnedDigest(known.resource)]],
        ),
      );
      return pins;
    },
  };
}

/** Keys whose digest is another, or that came or went. */
export function changedPins(before: Pins, after: Pins): readonly string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => before[key] !== after[key]).toSorted();
}
