import type { Change } from './change.ts';
import type { EnvironmentState, Write } from './row.ts';

/** The state after a change; what the change did not write is shared with the state before. */
export function advance(state: EnvironmentState, change: Change, writes: readonly Write[]): EnvironmentState {
  return headed(write(state, writes), change);
}

/** Rows that hold a change's writes, under its head. */
export function headed(state: EnvironmentState, change: Change): EnvironmentState {
  const { environment, lineage, revision, to } = change;
  return {
    ...state,
    head: { environment, lineage, revision, digest: to },
    hash: change.hash,
  };
}

/** The rows after some writes, the head untouched. */
export function write(state: EnvironmentState, writes: readonly Write[]): EnvironmentState {
  return {
    ...state,
    resources: rewritten(state.resources, ofKind(writes, 'Resource')),
    placements: rewritten(state.placements, ofKind(writes, 'Placement')),
    overrides: rewritten(state.overrides, ofKind(writes, 'Override')),
  };
}

type WriteOf<K extends Write['kind']> = Extract<Write, { readonly kind: K }>;

function ofKind<K extends Write['kind']>(writes: readonly Write[], kind: K): readonly WriteOf<K>[] {
  return writes.filter((each): each is WriteOf<K> => each.kind === kind);
}

function rewritten<R>(
  rows: ReadonlyMap<string, R>,
  writes: readonly { readonly name: string; readonly row: R | null }[],
): ReadonlyMap<string, R> {
  if (writes.length === 0) return rows;
  const next = new Map(rows);
  for (const { name, row } of writes) {
    if (row === null) next.delete(name);
    else next.set(name, row);
  }
  return next;
}
