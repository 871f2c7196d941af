import { bind, type CodeVocabulary, evaluate, type Snapshot } from '@ombre/decide';
import type { JsonValue, Resource } from '@ombre/decide/model';
import { trialSnapshot } from '../trial-snapshot.ts';
import type { Movement } from './computed-movement.ts';
import { equalJson } from './structural-diff.ts';
import { syntheticContexts } from './synthetic-contexts.ts';

/** Units an estimate asks for: its standard error is at most 1.2 points. */
const sample = 2000;

/**
 * The share of synthetic units that get another variant. An estimate: real contexts are not as evenly spread as synthetic ones, ids in lists are not
 * drawn, and validity is taken as fulfilled.
 */
export function estimateMovement(
  flag: string,
  from: readonly Resource[],
  to: readonly Resource[],
  vocabularies: readonly CodeVocabulary[],
): Movement {
  const [before, after] = [snapshotOf(from, vocabularies), snapshotOf(to, vocabularies)];
  const contexts = syntheticContexts([...from, ...to], sample);
  const moved = contexts.filter((context) => {
    const [old, now] = [evaluate(bind(before, context, 0), flag), evaluate(bind(after, context, 0), flag)];
    return old.variant !== now.variant || !equalJson(old.value ?? null, now.value ?? null);
  });
  return {
    flag,
    share: Math.round((moved.length / sample) * 1000) / 1000,
    basis: 'estimated',
    of: `${sample} synthetic units, whose attributes are the constants in conditions, each as likely`,
  };
}

function snapshotOf(resources: readonly Resource[], vocabularies: readonly CodeVocabulary[]): Snapshot {
  const entries = resources.map((resource) => ({
    kind: resource.kind,
    name: resource.metadata.name,
    body: atRest(resource),
  }));
  return trialSnapshot(entries, vocabularies);
}

/** The spec with its attributes given, not derived, and without validity: so that the sample alone decides. */
function atRest(resource: Resource): JsonValue {
  if (resource.kind === 'Flag') {
    const { validity: _, ...spec } = resource.spec;
    return spec as unknown as JsonValue;
  }
  if (resource.kind !== 'Vocabulary') return resource.spec as unknown as JsonValue;
  const attributes = Object.entries(resource.spec.attributes).map(
    ([name, { type }]) => [name, { type }] as const,
  );
  return { attributes: Object.fromEntries(attributes) };
}
