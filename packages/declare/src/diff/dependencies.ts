import type { Resource, ResourceOf } from '@ombre/decide/model';
import { segmentsOf } from '../check/literals.ts';

/**
 * The keys of everything that decides a flag, itself first: prerequisites, segments (and those they ask for) and tables, all through one another. What
 * is not there is left out. Vocabularies are not named, since most flags need all of them, nor releases: without a placement they decide nothing.
 */
export function dependenciesOf(
  flag: ResourceOf<'Flag'>,
  all: ReadonlyMap<string, Resource>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const rest: Resource[] = [flag];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const key = `${next.kind}/${next.metadata.name}`;
    if (found.has(key)) continue;
    found.add(key);
    for (const mentioned of mentionedBy(next)) {
      const resource = all.get(mentioned);
      if (resource !== undefined) rest.push(resource);
    }
  }
  return found;
}

function mentionedBy(resource: Resource): readonly string[] {
  const inCondition = (when: string | undefined) =>
    when === undefined ? [] : segmentsOf(when).map(({ name }) => `Segment/${name}`);
  if (resource.kind === 'Segment') return inCondition(resource.spec.when);
  if (resource.kind !== 'Flag') return [];
  const { prerequisites = [], rules = [] } = resource.spec;
  return [
    ...prerequisites.map(({ flag }) => `Flag/${flag}`),
    ...rules.flatMap(({ when, serve }) => [
      'table' in serve ? `Table/${serve.table}` : '',
      ...inCondition(when),
    ]),
  ];
}
