import type { Resource } from '@ombre/decide/model';

/** Shares of units that holdouts keep out at an instant (ms), by name. */
export function heldOutAt(resources: Iterable<Resource>, now: number): Readonly<Record<string, number>> {
  const shares: Record<string, number> = {};
  for (const resource of resources) {
    if (resource.kind !== 'Holdout') continue;
    const { share, until } = resource.spec;
    if (until === undefined || now < Date.parse(until)) shares[resource.metadata.name] = share;
  }
  return shares;
}
