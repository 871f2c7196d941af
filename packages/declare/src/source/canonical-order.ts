import type { Resource } from '@ombre/decide/model';
import { compareText } from '../issue/finding.ts';
import type { Draft } from '../shape/draft.ts';

/** `Kind/name`, which identifies a resource within an environment. */
export function keyOf(resource: Resource): string {
  return `${resource.kind}/${resource.metadata.name}`;
}

/** The canonical order: by kind and name, by code units. */
export function sortResources(resources: readonly Resource[]): readonly Resource[] {
  return resources
    .map((resource) => ({ key: keyOf(resource), resource }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ resource }) => resource);
}

/** Drafts in the same order. */
export function sortDrafts(drafts: readonly Draft[]): readonly Draft[] {
  return drafts.toSorted((a, b) => compareText(a.key, b.key));
}
