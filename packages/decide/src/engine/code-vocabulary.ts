import type { CelFunction } from '../cel/function.ts';

/**
 * Computes derived attributes of a context. `read` answers given attributes as the context has them. Answers values by
 * dotted attribute name; what is absent, or thrown, is missing. Pure: data it needs comes as `data`, time as `now` in milliseconds.
 */
export interface Enricher {
  /** What `derivedBy` names. */
  readonly name: string;
  readonly derive: (
    read: (attribute: string) => unknown,
    now: number,
    data: unknown,
  ) => Readonly<Record<string, unknown>>;
}

/** What code adds to the declared vocabularies. A user's equals ours: passed in, never imported by the engine. */
export interface CodeVocabulary {
  readonly functions?: readonly CelFunction[];
  readonly enrichers?: readonly Enricher[];
}
