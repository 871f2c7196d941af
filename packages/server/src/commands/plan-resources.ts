import type { Kind, Resource } from '@ombre/decide/model';
import { defaultQuotas, type Issue, type ResourceDiff } from '@ombre/declare';
import { write } from '../store/advance.ts';
import type { EnvironmentState, ResourceRow, Write } from '../store/row.ts';
import type { Preview } from '../views/mirror.ts';
import { affectedKeys } from './affected.ts';
import { storeIssue } from './codes.ts';
import { contradictedReleases, heldBack, leavingReleases } from './held-by-releases.ts';
import type { Checks, Now, Planned, Planning } from './plan.ts';
import { activeReleases } from './release-pins.ts';
import type { ResourceChange } from './resource-change.ts';

/**
 * Plans a change of resources: what releases above 0 % forbid is refused or kept back, and the whole effective set of both origins is
 * checked as it would be. Overrides are never touched, placements only of releases that have landed.
 */
export function* planResources(now: Now, change: ResourceChange, checks: Checks): Planning {
  const { state } = now;
  const all = activeReleases(state);
  const first =
    change.pinned === 'back-first' ? contradictedReleases(all, now, change) : new Map<string, Issue>();
  const active = all.filter(({ resource }) => !first.has(resource.metadata.name));
  const leaving = leavingReleases(active, state, change);
  if (leaving.refused.length > 0) return pinnedRefusal(leaving.refused);

  const back = heldBack(active, now, change);
  const held = [...back.kept.values()];
  if (held.length > 0 && change.pinned !== 'keep') return pinnedRefusal(held);

  const puts = [...change.puts].filter(([key]) => !back.kept.has(key));
  const goingBack = leaving.goingBack.map(({ resource = '' }) => resource);
  const deletes = [...change.deletes].filter((key) => !back.kept.has(key) && !goingBack.includes(key));
  const generation = state.head.revision + 1;
  const writes: Write[] = [
    ...puts.map(
      ([name, wanted]): Write => ({
        kind: 'Resource',
        name,
        row: { ...wanted, generation } satisfies ResourceRow,
      }),
    ),
    ...deletes.map((name): Write => ({ kind: 'Resource', name, row: null })),
    ...leaving.landed.map((row): Write => ({ kind: 'Placement', name: row.release, row })),
  ];
  const names = [...puts.map(([key]) => key), ...deletes].toSorted();
  const { after, next, checked } = yield* checkChange(now, writes, names, checks);
  const errors = checked.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    return {
      ok: false,
      code: 'INVALID',
      message: `The resources have ${errors.length === 1 ? 'an error' : `${errors.length} errors`}; nothing was changed.`,
      issues: [...held, ...checked],
    };
  }
  const diff = yield* diffOf(state, after, names, change.dryRun, checks);
  return {
    ok: true,
    writes,
    names,
    diff,
    issues: [
      ...first.values(),
      ...held,
      ...leaving.goingBack,
      ...back.seen,
      ...restingTargets(after),
      ...checked,
    ],
    kept: [...back.kept.keys(), ...goingBack].toSorted(),
    ...(first.size === 0 ? {} : { backFirst: [...first.keys()].toSorted() }),
    facts: change.facts,
    ...(next === undefined ? {} : { next }),
  };
}

/** Resources compared between two pauses. */
const SLICE = 20;

/** What differs in the resources of some names; for a dry run with who would move, which takes the whole sets. */
function* diffOf(
  before: EnvironmentState,
  after: EnvironmentState,
  names: readonly string[],
  dryRun: boolean,
  { diff }: Checks,
): Generator<undefined, readonly ResourceDiff[]> {
  if (names.length === 0) return [];
  if (dryRun) return diff(allOf(before), allOf(after), true).map(bounded);
  const found: ResourceDiff[] = [];
  for (let start = 0; start < names.length; start += SLICE) {
    const some = names.slice(start, start + SLICE);
    const of = ({ resources }: EnvironmentState) => some.flatMap((key) => resources.get(key)?.resource ?? []);
    found.push(...diff(of(before), of(after), false).map(bounded));
    yield;
  }
  // The names are sorted, and so is what differs in each way.
  return (['removed', 'changed', 'added'] as const).flatMap((way) =>
    found.filter((one) => one.change === way),
  );
}

function allOf({ resources }: EnvironmentState): readonly Resource[] {
  return [...resources.values()].map(({ resource }) => resource);
}

/** Checks the environment as it would be; of a large one only what the change can affect. */
function* checkChange(
  now: Now,
  writes: readonly Write[],
  names: readonly string[],
  { check, scopeAbove }: Checks,
): Generator<undefined, { after: EnvironmentState; next?: Preview; checked: readonly Issue[] }> {
  const { resources, head } = now.state;
  const { environment } = head;
  if (resources.size + writes.length <= scopeAbove) return yield* checkAll(write(now.state, writes));
  const next = yield* previewed(now, writes);
  if (next === undefined) return yield* checkAll(write(now.state, writes));
  const { state: after, encoded } = next;
  const affected = affectedKeys(now.encoded, encoded, names);
  if (affected === undefined || overQuota(now.state, after, writes)) {
    return { after, next, checked: yield* check(allOf(after), environment) };
  }
  // In the order of the rows, as a check of all would have it.
  const some = [...after.resources].flatMap(([key, { resource }]) => (affected.has(key) ? [resource] : []));
  return { after, next, checked: yield* check(some, environment) };

  function* checkAll(all: EnvironmentState) {
    return { after: all, checked: yield* check(allOf(all), environment) };
  }
}

/** Where the writes lead; undefined where a resource is so wrong that it cannot be encoded: then everything is checked. */
function* previewed(now: Now, writes: readonly Write[]): Generator<undefined, Preview | undefined> {
  try {
    return yield* now.preview(writes);
  } catch {
    return undefined;
  }
}

/** Whether there is more of a kind than the checks let pass, which they only see when they are given all. */
function overQuota(before: EnvironmentState, after: EnvironmentState, writes: readonly Write[]): boolean {
  // Counting takes a walk, and most changes add nothing.
  if (writes.every(({ kind, name }) => kind !== 'Resource' || before.resources.has(name))) return false;
  const counts = new Map<Kind, number>();
  for (const { resource } of after.resources.values())
    counts.set(resource.kind, (counts.get(resource.kind) ?? 0) + 1);
  return [...counts].some(([kind, count]) => count > defaultQuotas[kind]);
}

/** Characters of one resource's diff that are kept; a longer one, such as of a list of ids, is told without the values. */
const LONGEST_DIFF = 64_000;

function bounded(diff: ResourceDiff): ResourceDiff {
  if (JSON.stringify(diff.paths).length <= LONGEST_DIFF) return diff;
  return { ...diff, paths: [{ path: '' }] };
}

function pinnedRefusal(issues: readonly Issue[]): Planned {
  const [first] = issues;
  return { ok: false, code: 'PINNED', message: first?.message ?? 'A release forbids it.', issues };
}

/** Individual targets whose variant their flag does not have. */
function restingTargets(state: EnvironmentState): readonly Issue[] {
  const resting = new Map<string, { readonly flag: string; readonly variant: string; count: number }>();
  for (const { kind, flag, variant } of state.overrides.values()) {
    if (kind !== 'target') continue;
    const resource = state.resources.get(`Flag/${flag}`)?.resource;
    if (resource?.kind !== 'Flag' || Object.hasOwn(resource.spec.variants, variant)) continue;
    const key = `${flag} ${variant}`;
    const known = resting.get(key);
    if (known === undefined) resting.set(key, { flag, variant, count: 1 });
    else known.count += 1;
  }
  return [...resting.values()].map(({ flag, variant, count }) =>
    storeIssue('TARGET_WITHOUT_VARIANT', `Flag/${flag}`, { variant, count }),
  );
}
