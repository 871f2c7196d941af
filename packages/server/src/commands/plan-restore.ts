import type { Write } from '../store/row.ts';
import type { Checks, Now, Planning } from './plan.ts';
import { planResources } from './plan-resources.ts';
import type { Wanted } from './resource-change.ts';
import { sameResource } from './resource-digest.ts';

/**
 * Plans that the resources of an earlier revision are in force again: specs and origins, never placements or overrides. Releases above 0 %
 * that it contradicts must be rolled back first; those that are not to be taken back by themselves refuse the whole of it.
 */
export function* planRestore(
  now: Now,
  to: number,
  then: readonly Write[],
  dryRun: boolean,
  checks: Checks,
): Planning {
  const { resources } = now.state;
  const puts = new Map<string, Wanted>();
  const keys = new Set<string>();
  for (const { kind, name, row } of then) {
    if (kind !== 'Resource' || row === null) continue;
    keys.add(name);
    const { resource, origin } = row;
    const is = resources.get(name);
    if (is === undefined || is.origin !== origin || !sameResource(is.resource, resource)) {
      puts.set(name, { resource, origin });
    }
  }
  const deletes = new Set([...resources.keys()].filter((key) => !keys.has(key)));
  return yield* planResources(
    now,
    { puts, deletes, pinned: 'back-first', facts: { restored: to }, dryRun },
    checks,
  );
}
