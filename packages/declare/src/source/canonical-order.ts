import type { Resource } from '@ombre/decide/model';
import { compareText } from '../issue/finding.ts';

/** `Kind/name`, which identifies a resource within an environment. */
export function keyOf(resource: Resource): string {
  return `${resource.kind}/${resource.metadata.name}`;
}

/** The canonical order: by kind and name, by code units. */
export function sortResources(resources: readonly Resource[]): readonly Resource[] {
  return resources.toSorted((a, b) => compareText(keyOf(a), keyOf(b)));
}
