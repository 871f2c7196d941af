import { z } from 'zod';
import { type FlagSpec, flagSpec } from './flag.ts';
import { type HoldoutSpec, holdoutSpec } from './holdout.ts';
import { type ReleaseSpec, releaseSpec } from './release/release.ts';
import { name } from './scalars.ts';
import { type SegmentSpec, segmentSpec } from './segment.ts';
import { type TableSpec, tableSpec } from './table.ts';
import { type UpstreamSpec, upstreamSpec } from './upstream.ts';
import { type VocabularySpec, vocabularySpec } from './vocabulary.ts';

export const API_VERSION = 'ombre.dev/v1';

/** The spec of each kind authors write. */
export interface Specs {
  readonly Vocabulary: VocabularySpec;
  readonly Flag: FlagSpec;
  readonly Segment: SegmentSpec;
  readonly Table: TableSpec;
  readonly Upstream: UpstreamSpec;
  readonly Release: ReleaseSpec;
  readonly Holdout: HoldoutSpec;
}

export type Kind = keyof Specs;

/** Kinds that are named in the format and refused until they have a meaning. */
export const RESERVED_KINDS = ['Metric', 'Experiment'] as const;

export interface Metadata {
  readonly name: string;
  readonly doc?: string;
  readonly owner?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A declared thing of one kind, as its author wrote it. Kind and name identify it within an environment. */
export interface ResourceOf<K extends Kind> {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: K;
  readonly metadata: Metadata;
  readonly spec: Specs[K];
}

export type Resource = { readonly [K in Kind]: ResourceOf<K> }[Kind];

/** The one registry of kinds: the schema of each spec. */
export const specSchemas: { readonly [K in Kind]: z.ZodType<Specs[K]> } = {
  Vocabulary: vocabularySpec,
  Flag: flagSpec,
  Segment: segmentSpec,
  Table: tableSpec,
  Upstream: upstreamSpec,
  Release: releaseSpec,
  Holdout: holdoutSpec,
};

export const metadataSchema: z.ZodType<Metadata> = z.strictObject({
  name,
  doc: z.string().max(1000).exactOptional(),
  owner: z.string().max(200).exactOptional(),
  labels: z.record(z.string().max(100), z.string().max(200)).exactOptional(),
});

/** Whole documents, told apart by `kind`. */
export const resourceSchema: z.ZodType<Resource> = z.discriminatedUnion(
  'kind',
  (Object.keys(specSchemas) as Kind[]).map((kind) =>
    z.strictObject({
      apiVersion: z.literal(API_VERSION),
      kind: z.literal(kind),
      metadata: metadataSchema,
      spec: specSchemas[kind] as z.ZodType<unknown>,
    }),
  ) as never,
) as unknown as z.ZodType<Resource>;
