import type { Issue } from '@ombre/declare';
import type { EnvironmentState, PlacementRow } from '../store/row.ts';
import { storeIssue } from './codes.ts';
import { servesVariant, tablesOf } from './land-flag.ts';
import type { Now } from './plan.ts';
import { type ActiveRelease, forbiddenEdit, pinnedDigest, pinnedKeys } from './release-pins.ts';
import type { ResourceChange } from './resource-change.ts';

/**
 * Releases that a change contradicts, by name with what is to be said: they would be deleted above 0 %, or something would change that they
 * hold. Not those that their author does not want taken back by themselves.
 */
export function contradictedReleases(
  active: readonly ActiveRelease[],
  { state, encoded }: Pick<Now, 'state' | 'encoded'>,
  change: ResourceChange,
): Map<string, Issue> {
  const found = new Map<string, Issue>();
  for (const release of active) {
    const { name } = release.resource.metadata;
    if (release.resource.spec.onFailure === 'freeze') continue;
    const own = `Release/${name}`;
    const { refused, goingBack } = leavingReleases([release], state, change);
    if (refused.length + goingBack.length > 0) found.set(name, storeIssue('RELEASE_GOES_BACK', own));
    const held = [...heldBack([release], { state, encoded }, change).kept.keys()];
    if (held.length === 0 || found.has(name)) continue;
    const keys = held.map((key) => (key === own ? 'its own spec' : key)).join(', ');
    found.set(name, storeIssue('RELEASE_BACK_FIRST', own, { keys }));
  }
  return found;
}

/**
 * What becomes of releases above 0 % that are deleted. One at its end may go when its flag no longer serves `from`, so that nobody's
 * variant changes; one that climbs is rolled back first, unless its author says that going back is not safe by itself; everything else is refused.
 */
export function leavingReleases(
  active: readonly ActiveRelease[],
  state: EnvironmentState,
  change: ResourceChange,
): {
  readonly landed: readonly PlacementRow[];
  readonly goingBack: readonly Issue[];
  readonly refused: readonly Issue[];
} {
  const landed: PlacementRow[] = [];
  const goingBack: Issue[] = [];
  const refused: Issue[] = [];
  for (const { resource, climbing } of active) {
    const { name } = resource.metadata;
    const own = `Release/${name}`;
    const flagKey = `Flag/${resource.spec.flag}`;
    if (change.deletes.has(flagKey))
      refused.push(storeIssue('RELEASE_ABOVE_ZERO', flagKey, { release: name }));
    if (!change.deletes.has(own)) continue;
    const flag = (change.puts.get(flagKey) ?? state.resources.get(flagKey))?.resource;
    const row = state.placements.get(name);
    const stays = row?.placement.except ?? [];
    const serves =
      flag?.kind !== 'Flag' || servesVariant(flag.spec, resource.spec.from, tablesOf(state), stays);
    if (!climbing && !serves && row !== undefined) {
      const placement = { reached: 0, shares: [], epoch: row.placement.epoch + 1 };
      landed.push({ ...row, placement, version: row.version + 1 });
    } else if (climbing && change.leaving === 'back-first' && resource.spec.onFailure !== 'freeze') {
      goingBack.push(storeIssue('RELEASE_GOES_BACK', own));
    } else {
      refused.push(storeIssue('RELEASE_ABOVE_ZERO', own, { release: name }));
    }
  }
  return { landed, goingBack, refused };
}

/** What releases under way keep as it is, with the issue that says so, and what they see change because they allow it. */
export function heldBack(
  active: readonly ActiveRelease[],
  { state, encoded }: Pick<Now, 'state' | 'encoded'>,
  { puts, deletes }: ResourceChange,
): { readonly kept: ReadonlyMap<string, Issue>; readonly seen: readonly Issue[] } {
  const kept = new Map<string, Issue>();
  const seen: Issue[] = [];
  for (const release of active) {
    const { resource, climbing } = release;
    const { name } = resource.metadata;
    const next = puts.get(`Release/${name}`)?.resource;
    const what = next?.kind === 'Release' ? forbiddenEdit(release, next.spec) : undefined;
    if (what !== undefined) {
      kept.set(`Release/${name}`, storeIssue('RELEASE_UNDER_WAY', `Release/${name}`, { what }));
    }
    if (!climbing) continue;
    // What the author says now counts, so that one save can allow a change and make it.
    const { onChange = 'refuse' } =
      next?.kind === 'Release' && what === undefined ? next.spec : resource.spec;
    for (const key of pinnedKeys(encoded, resource)) {
      const was = state.resources.get(key)?.resource;
      const is = puts.get(key)?.resource;
      if (is === undefined && !deletes.has(key)) continue;
      if (was !== undefined && is !== undefined && pinnedDigest(was) === pinnedDigest(is)) continue;
      if (onChange === 'refuse') kept.set(key, storeIssue('RELEASE_PINS', key, { release: name }));
      else seen.push(storeIssue('RELEASE_SEES_CHANGE', key, { release: name, onChange }));
    }
  }
  return { kept, seen: seen.filter(({ resource }) => !kept.has(resource ?? '')) };
}
