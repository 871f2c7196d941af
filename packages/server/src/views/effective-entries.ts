import type { Entry } from '@ombre/decide';
import type { JsonValue, Override } from '@ombre/decide/model';
import type { EnvironmentState, OverrideRow, Write } from '../store/row.ts';

/** What the snapshot of a state holds: the break-glass key, specs, placements of releases that exist, overrides of flags that exist, merged per flag. */
export function* effectiveEntries(state: EnvironmentState): Generator<Entry> {
  yield breakGlassEntry(state.breakGlass);
  const flags = overridesByFlag(state);
  for (const key of state.resources.keys()) yield* entriesOf(state, key, flags);
}

/** The key that receivers verify break-glass kills with (SPKI, base64url); an environment is made with it. */
export function breakGlassEntry(key: string): Entry {
  return { kind: 'BreakGlass', name: 'key', body: { key } };
}

/** How some writes change the snapshot: the entries to put, as they are in `after`, and the keys that went. */
export function changedEntries(
  before: EnvironmentState,
  after: EnvironmentState,
  writes: readonly Write[],
): { readonly put: readonly Entry[]; readonly remove: readonly string[] } {
  const keys = new Set(writes.map((write) => ownerKey(write, before)));
  const flagsBefore = overridesByFlag(before);
  const flagsAfter = overridesByFlag(after);
  const put: Entry[] = [];
  const remove: string[] = [];
  for (const key of keys) {
    const is = [...entriesOf(after, key, flagsAfter)];
    put.push(...is);
    const kept = new Set(is.map(({ kind, name }) => `${kind}/${name}`));
    for (const { kind, name } of entriesOf(before, key, flagsBefore)) {
      if (!kept.has(`${kind}/${name}`)) remove.push(`${kind}/${name}`);
    }
  }
  return { put, remove };
}

/** The resource whose entries a write touches: placements and overrides go with their release and flag. */
function ownerKey(write: Write, before: EnvironmentState): string {
  if (write.kind === 'Resource') return write.name;
  if (write.kind === 'Placement') return `Release/${write.name}`;
  return `Flag/${write.row?.flag ?? before.overrides.get(write.name)?.flag ?? ''}`;
}

function* entriesOf(
  state: EnvironmentState,
  key: string,
  overrides: ReadonlyMap<string, readonly OverrideRow[]>,
): Generator<Entry> {
  const resource = state.resources.get(key)?.resource;
  if (resource === undefined) return;
  const { name } = resource.metadata;
  yield { kind: resource.kind, name, body: resource.spec as unknown as JsonValue };
  if (resource.kind === 'Release') {
    const row = state.placements.get(name);
    if (row !== undefined) yield { kind: 'Placement', name, body: row.placement as unknown as JsonValue };
  }
  if (resource.kind === 'Flag') {
    const body = mergedOverride(overrides.get(name) ?? [], resource.spec.variants);
    if (body !== undefined) yield { kind: 'Override', name, body: body as unknown as JsonValue };
  }
}

/** One flag's overrides as the snapshot carries them; a target whose variant the flag no longer has is left out until it does. */
function mergedOverride(
  rows: readonly OverrideRow[],
  variants: Readonly<Record<string, JsonValue>>,
): Override | undefined {
  const kills = rows.filter((row) => row.kind === 'kill');
  const targets = rows
    .filter((row) => row.kind === 'target')
    .filter(({ variant }) => Object.hasOwn(variants, variant));
  if (kills.length === 0 && targets.length === 0) return undefined;
  return {
    ...(kills.length === 0 ? {} : { kill: { ...untilLast(kills) } }),
    ...(targets.length === 0
      ? {}
      : {
          targets: Object.fromEntries(
            targets
              .toSorted((a, b) => (a.unit < b.unit ? -1 : 1))
              .map(({ unit, variant, until }) => [
                unit,
                { variant, ...(until === undefined ? {} : { until }) },
              ]),
          ),
        }),
  };
}

/** Of several kills the one that lasts longest counts. */
function untilLast(kills: readonly OverrideRow[]): { readonly until?: number } {
  const ends = kills.map(({ until }) => until);
  const last = ends.some((until) => until === undefined)
    ? undefined
    : Math.max(...ends.map((until) => until ?? 0));
  return last === undefined ? {} : { until: last };
}

function overridesByFlag(state: EnvironmentState): ReadonlyMap<string, readonly OverrideRow[]> {
  const flags = new Map<string, OverrideRow[]>();
  for (const row of state.overrides.values()) {
    const rows = flags.get(row.flag);
    if (rows === undefined) flags.set(row.flag, [row]);
    else rows.push(row);
  }
  return flags;
}
