import type { CodeVocabulary } from '@ombre/decide';
import type { JsonValue, Kind, Resource, ResourceOf } from '@ombre/decide/model';
import { orderIssues, toIssue } from '../issue/finding.ts';
import type { Issue } from '../issue/issue.ts';
import type { Draft } from '../shape/draft.ts';
import { keyOf } from '../source/canonical-order.ts';
import type { Positions } from '../source/positions.ts';
import { checkFlag } from './check-flag.ts';
import { checkRelease } from './check-release.ts';
import { checkSegment } from './check-segment.ts';
import { checkTable } from './check-table.ts';
import { checkUpstream } from './check-upstream.ts';
import { checkVocabulary } from './check-vocabulary.ts';
import { checkCircles } from './circles.ts';
import { checkConditions } from './conditions.ts';
import { createWorld, type World } from './world.ts';

/** How many resources of each kind an environment may have. */
export type Quotas = Readonly<Record<Kind, number>>;

export const defaultQuotas: Quotas = {
  Vocabulary: 1_000,
  Flag: 10_000,
  Segment: 10_000,
  Table: 1_000,
  Upstream: 1_000,
  Release: 1_000,
};

export interface CheckOptions {
  /** Where the resources are written. Absent: they came without files, and places are 0. */
  readonly positions?: Positions;
  /** The documents of {@link parseSources}: with them a malformed resource is not also unknown to those that mention it. */
  readonly drafts?: readonly Draft[];
  /** What code adds: functions conditions may call, and enrichers that `derivedBy` names. */
  readonly vocabularies?: readonly CodeVocabulary[];
  readonly quotas?: Partial<Quotas>;
}

type Check<K extends Kind> = (draft: Draft, resource: ResourceOf<K>, world: World) => void;

const checks: { readonly [K in Kind]: Check<K> } = {
  Vocabulary: checkVocabulary,
  Flag: checkFlag,
  Segment: checkSegment,
  Table: checkTable,
  Upstream: checkUpstream,
  Release: checkRelease,
};

/**
 * Everything wrong with a set of well-formed resources taken together: references, types, conditions, weights, circles, what can never happen, quotas.
 * The set is the whole environment: what it does not hold does not exist. All issues at once; never throws.
 */
export function checkResources(resources: readonly Resource[], options: CheckOptions = {}): readonly Issue[] {
  const { positions, vocabularies, quotas } = options;
  const drafts = new Map((options.drafts ?? []).map((draft) => [draft.key, draft]));
  for (const resource of resources) {
    const key = keyOf(resource);
    if (!drafts.has(key)) drafts.set(key, draftOf(resource, key));
  }
  const world = createWorld([...drafts.values()], vocabularies);
  checkQuotas(world, { ...defaultQuotas, ...quotas });
  checkConditions(world);
  for (const draft of world.drafts) {
    const check = checks[draft.kind] as Check<Kind>;
    if (draft.resource !== undefined) check(draft, draft.resource as ResourceOf<Kind>, world);
  }
  checkCircles(world);
  checkReleases(world);
  return orderIssues(world.findings.map((found) => toIssue(found, positions)));
}

function draftOf(resource: Resource, key: string): Draft {
  return {
    id: key,
    key,
    kind: resource.kind,
    name: resource.metadata.name,
    value: resource as unknown as JsonValue,
    resource,
    whole: true,
    written: (path) => path,
  };
}

function checkQuotas(world: World, quotas: Quotas): void {
  for (const kind of Object.keys(checks) as Kind[]) {
    const names = [...world.names(kind).values()];
    const limit = quotas[kind];
    const first = names[limit];
    if (first === undefined) continue;
    world.reportFor(first)('QUOTA', ['metadata', 'name'], { count: names.length, kind, limit });
  }
}

/** One release of a flag at a time. */
function checkReleases(world: World): void {
  const first = new Map<string, Draft>();
  for (const [name, draft] of world.names('Release')) {
    const flag = world.get('Release', name)?.spec.flag;
    if (flag === undefined) continue;
    const earlier = first.get(flag);
    if (earlier === undefined) {
      first.set(flag, draft);
      continue;
    }
    const words = { flag: JSON.stringify(flag), release: JSON.stringify(earlier.name) };
    const also = [{ resource: earlier.id, path: ['spec', 'flag'], message: 'the other release' }];
    world.reportFor(draft)('SECOND_RELEASE', ['spec', 'flag'], words, { also });
  }
}
