import type { CodeVocabulary } from '@ombre/decide';
import type { JsonValue, Resource, ResourceOf } from '@ombre/decide/model';
import { keyOf, sortResources } from '../source/canonical-order.ts';
import { computedMovement, type Movement } from './computed-movement.ts';
import { dependenciesOf } from './dependencies.ts';
import { estimateMovement } from './estimate-movement.ts';
import { type PathChange, structuralDiff } from './structural-diff.ts';

/** How one resource differs. */
export interface ResourceDiff {
  /** `Kind/name`. */
  readonly key: string;
  readonly change: 'added' | 'changed' | 'removed';
  readonly paths: readonly PathChange[];
  /** Flags whose units move because of it: the flag itself, or those that lean on the segment, table, vocabulary or flag. */
  readonly moves?: readonly Movement[];
}

export interface DiffOptions {
  /** What code adds to conditions, for estimates. */
  readonly vocabularies?: readonly CodeVocabulary[];
  /** Flags whose movement is estimated at most; 0 turns estimates off. Default 100. */
  readonly estimates?: number;
}

const rank = { removed: 0, changed: 1, added: 2 } as const;

/**
 * What changes between two sets of resources: deletions first, then changes, then additions, each by kind and name. Movements follow from shares
 * and weights where those alone changed; else they are estimated by deciding for the same synthetic units before and after.
 * Placements and overrides are not in it: releases count as at their start.
 */
export function diffResources(
  from: readonly Resource[],
  to: readonly Resource[],
  options: DiffOptions = {},
): readonly ResourceDiff[] {
  const before = byKey(from);
  const after = byKey(to);
  const diffs = [...new Set([...before.keys(), ...after.keys()])].flatMap((key): ResourceDiff[] => {
    const [old, now] = [before.get(key), after.get(key)];
    if (old === undefined) return [{ key, change: 'added', paths: [{ path: '', to: json(now) }] }];
    if (now === undefined) return [{ key, change: 'removed', paths: [{ path: '', from: json(old) }] }];
    const paths = structuralDiff(json(old), json(now));
    return paths.length === 0 ? [] : [{ key, change: 'changed', paths }];
  });
  const moves = movements(before, after, new Set(diffs.map(({ key }) => key)), options);
  return diffs
    .map((diff) => {
      const own = moves.get(diff.key);
      return own === undefined ? diff : { ...diff, moves: own };
    })
    .toSorted((a, b) => rank[a.change] - rank[b.change]);
}

type ByKey = ReadonlyMap<string, Resource>;

function byKey(resources: readonly Resource[]): ByKey {
  return new Map(sortResources(resources).map((resource) => [keyOf(resource), resource]));
}

/** The movements of every flag that may be affected, under the key of the change that causes them. */
function movements(
  before: ByKey,
  after: ByKey,
  changed: ReadonlySet<string>,
  { vocabularies = [], estimates = 100 }: DiffOptions,
): ReadonlyMap<string, readonly Movement[]> {
  const moves = new Map<string, Movement[]>();
  const add = (key: string, movement: Movement) => moves.set(key, [...(moves.get(key) ?? []), movement]);
  const vocabularyKeys = [...new Set([...before.keys(), ...after.keys()])].filter((key) =>
    key.startsWith('Vocabulary/'),
  );
  let left = estimates;
  for (const [key, old] of before) {
    if (old.kind !== 'Flag') continue;
    const flag = old.metadata.name;
    const now = after.get(key) as ResourceOf<'Flag'> | undefined;
    if (now === undefined) {
      add(key, { flag, share: 1, basis: 'computed', of: 'all units' });
      continue;
    }
    const needed = new Set([
      ...dependenciesOf(old, before),
      ...dependenciesOf(now, after),
      ...vocabularyKeys,
    ]);
    const causes = [...needed].filter((one) => changed.has(one));
    const own = changed.has(key) ? computedMovement(flag, old.spec, now.spec) : undefined;
    if (own !== undefined && causes.every((cause) => cause === key)) {
      add(key, own);
    } else if (causes.length > 0 && left-- > 0) {
      const pick = (all: ByKey) => [...needed].map((one) => all.get(one)).filter((one) => one !== undefined);
      const movement = estimateMovement(flag, pick(before), pick(after), vocabularies);
      for (const cause of causes.includes(key) ? [key] : causes) add(cause, movement);
    }
  }
  return moves;
}

function json(resource: Resource | undefined): JsonValue {
  return (resource ?? null) as unknown as JsonValue;
}
