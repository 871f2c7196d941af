import { isDeepStrictEqual } from 'node:util';
import { canonicalJson, type Encoded } from '@ombre/decide';
import type { JsonValue, ReleaseSpec, Resource, ResourceOf } from '@ombre/decide/model';
import type { EnvironmentState } from '../store/row.ts';
import { sha256 } from '../store/sha256.ts';

/** A release that has units in treatment. */
export interface ActiveRelease {
  readonly resource: ResourceOf<'Release'>;
  /** Levels that are reached. */
  readonly reached: number;
  /** Not yet at the end of its ladder. */
  readonly climbing: boolean;
}

/** Releases above 0 %, by name. */
export function activeReleases(state: EnvironmentState): readonly ActiveRelease[] {
  return [...state.placements.values()].flatMap(({ release, placement }) => {
    const resource = state.resources.get(`Release/${release}`)?.resource;
    if (resource?.kind !== 'Release' || !placement.shares.some((share) => share > 0)) return [];
    return [{ resource, reached: placement.reached, climbing: !isComplete(resource.spec, placement) }];
  });
}

function isComplete(
  spec: ReleaseSpec,
  placement: { readonly reached: number; readonly shares: readonly number[] },
): boolean {
  const top = spec.ladder.at(-1);
  return placement.reached >= spec.ladder.length && (placement.shares.at(-1) ?? 0) >= (top?.share ?? 1);
}

/** What a climbing release must find unchanged: its flag, its holdouts, and the segments and tables that the flag or its own levels ask. */
export function pinnedKeys(encoded: Encoded, release: ResourceOf<'Release'>): ReadonlySet<string> {
  const flag = `Flag/${release.spec.flag}`;
  const pinned = new Set([flag]);
  const open = [flag, `Release/${release.metadata.name}`];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    for (const asked of dependencies(encoded, key)) {
      if (!/^(Segment|Table|Holdout)\//.test(asked) || pinned.has(asked)) continue;
      pinned.add(asked);
      open.push(asked);
    }
  }
  return pinned;
}

/** What a pin compares: words for people, and what is to become of a change, change no climb. */
export function pinnedDigest(resource: Resource): string {
  const { doc: _, onChange: __, ...spec } = resource.spec as Readonly<Record<string, unknown>>;
  return sha256(canonicalJson(spec as unknown as JsonValue));
}

/** Keys an entry depends on, read from its line in the snapshot: `key TAB keys,… TAB body`. */
function dependencies(encoded: Encoded, key: string): readonly string[] {
  const chunk = encoded.chunks.get(sha256(key).slice(0, 2)) ?? '';
  const start = chunk.startsWith(`${key}\t`) ? 0 : chunk.indexOf(`\n${key}\t`) + 1;
  if (start === 0 && !chunk.startsWith(`${key}\t`)) return [];
  const from = start + key.length + 1;
  return chunk.slice(from, chunk.indexOf('\t', from)).split(',').filter(Boolean);
}

/** What an edit changes of a release that must not change while it stands above 0 %; undefined: nothing. */
export function forbiddenEdit(active: ActiveRelease, next: ReleaseSpec): string | undefined {
  const { spec } = active.resource;
  if (spec.flag !== next.flag || spec.from !== next.from || spec.to !== next.to)
    return 'its flag and variants';
  // Another part or holdout would take units out of treatment, or bring many in at once.
  if (!isDeepStrictEqual(spec.layer, next.layer) || !isDeepStrictEqual(spec.holdouts, next.holdouts))
    return 'its layer and holdouts';
  for (let index = 0; index < active.reached; index += 1) {
    const was = spec.ladder[index];
    const is = next.ladder[index];
    // How long a reached level was to be held decides nothing any more.
    if (was?.name !== is?.name || was?.when !== is?.when || was?.share !== is?.share) {
      return `the reached level ${was?.name ?? index}`;
    }
  }
  return undefined;
}
