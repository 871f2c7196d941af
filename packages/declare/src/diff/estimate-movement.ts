import {
  bind,
  type CodeVocabulary,
  compileSnapshot,
  encodeSnapshot,
  evaluate,
  type Snapshot,
} from '@ombre/decide';
import type { JsonValue, Resource } from '@ombre/decide/model';
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
  const functions = vocabularies.map((vocabulary) => ({ functions: vocabulary.functions ?? [] }));
  return compileSnapshot(encodeSnapshot(entries, contentName), { vocabularies: functions, codegen: false });
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

/**
 * Names a text in place of SHA-256, which a pure room has not: eight runs of FNV-1a (Fowler, Noll & Vo) with different starts. The bytes it names
 * live for one estimate and are never shown or sent.
 */
function contentName(text: string): string {
  let name = '';
  for (let run = 0; run < 8; run++) {
    let hash = Math.imul(0x811c9dc5 ^ run, 0x01000193 + 2 * run);
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    name += ((hash ^ (hash >>> 15)) >>> 0).toString(16).padStart(8, '0');
  }
  return name;
}
