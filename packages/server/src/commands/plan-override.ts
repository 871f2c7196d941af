import type { JsonValue } from '@ombre/decide/model';
import type { ResourceDiff } from '@ombre/declare';
import type { EnvironmentState, OverrideRow, Write } from '../store/row.ts';
import type { OverrideInput } from './commands.ts';
import { NOTHING, type Plan, type Planned } from './plan.ts';

/** Plans to lay one thing over a flag, or to lift it. A kill is lifted whoever laid it, break-glass included. */
export function planOverride(
  state: EnvironmentState,
  input: OverrideInput,
  clock: { readonly now: number; readonly at: string },
): Planned {
  const { flag, author: by, why } = input;
  const { at } = clock;
  const lifting = input.kill === null || input.target?.variant === null;
  const resource = state.resources.get(`Flag/${flag}`)?.resource;
  // What lies over a deleted flag can still be lifted.
  if (resource?.kind !== 'Flag' && !lifting) {
    return { ok: false, code: 'NOT_FOUND', message: `There is no flag ${flag}.` };
  }
  const until = input.kill?.until ?? input.target?.until;
  if (until !== undefined && until <= clock.now) {
    return { ok: false, code: 'EXPIRED', message: 'The override would have ended already.' };
  }
  const base = { flag, by, why, at, ...(until === undefined ? {} : { until }) };

  if (input.target === undefined) {
    const killed = [...state.overrides.values()].filter((row) => row.flag === flag && row.kind === 'kill');
    if (input.kill === null) return planLift(killed);
    return planLay(state, { ...base, id: `kill/${flag}`, kind: 'kill' });
  }

  const { unit, variant } = input.target;
  const id = `target/${flag}/${unit}`;
  if (variant === null) {
    const row = state.overrides.get(id);
    return planLift(row === undefined ? [] : [row]);
  }
  if (resource?.kind === 'Flag' && !Object.hasOwn(resource.spec.variants, variant)) {
    const known = Object.keys(resource.spec.variants).join(', ');
    return { ok: false, code: 'NOT_FOUND', message: `${flag} has no variant ${variant}; it has ${known}.` };
  }
  return planLay(state, { ...base, id, kind: 'target', unit, variant });
}

/** Plans to lay one override; nothing where the same lies there already. */
export function planLay(state: EnvironmentState, row: OverrideRow): Plan {
  const was = state.overrides.get(row.id);
  if (was !== undefined && was.until === row.until && was.variant === row.variant) return NOTHING;
  return planOf([{ kind: 'Override', name: row.id, row }], [[was, row]]);
}

/** Plans to lift overrides. */
export function planLift(rows: readonly OverrideRow[]): Plan {
  return planOf(
    rows.map(({ id }): Write => ({ kind: 'Override', name: id, row: null })),
    rows.map((row) => [row, undefined]),
  );
}

/** Overrides whose time has run out. Receivers ignore them from that instant on; lifting them only tidies up. */
export function expired(state: EnvironmentState, now: number): readonly OverrideRow[] {
  return [...state.overrides.values()].filter(({ until }) => until !== undefined && until <= now);
}

type Pair = readonly [OverrideRow | undefined, OverrideRow | undefined];

function planOf(writes: readonly Write[], pairs: readonly Pair[]): Plan {
  const flags = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const flag = pair[0]?.flag ?? pair[1]?.flag ?? '';
    flags.set(flag, [...(flags.get(flag) ?? []), pair]);
  }
  const keys = [...flags.keys()].toSorted();
  return {
    ...NOTHING,
    writes,
    names: keys.map((flag) => `Override/${flag}`),
    diff: keys.map((flag) => diffOf(flag, flags.get(flag) ?? [])),
  };
}

function diffOf(flag: string, pairs: readonly Pair[]): ResourceDiff {
  const one = (row: OverrideRow): JsonValue => ({
    ...(row.variant === undefined ? {} : { variant: row.variant }),
    by: row.by,
    ...(row.until === undefined ? {} : { until: row.until }),
  });
  return {
    key: `Override/${flag}`,
    change: pairs.every(([was]) => was === undefined)
      ? 'added'
      : pairs.every(([, is]) => is === undefined)
        ? 'removed'
        : 'changed',
    paths: pairs.map(([was, is]) => ({
      path: pathOf(is ?? was),
      ...(was === undefined ? {} : { from: one(was) }),
      ...(is === undefined ? {} : { to: one(is) }),
    })),
  };
}

function pathOf(row: OverrideRow | undefined): string {
  return row?.kind === 'target' ? `targets[${JSON.stringify(row.unit)}]` : 'kill';
}
