import type { JsonValue, Resource } from '@ombre/decide/model';
import { resourceSchema } from '@ombre/decide/model';
import { z } from 'zod';
import { issueSchema, type WireIssue } from './issue.ts';

export type Origin = 'files' | 'api';

export const origin: z.ZodType<Origin> = z.enum(['files', 'api']);

/** A resource with what the store knows of it. */
export interface StoredResource {
  /** `Kind/name`. */
  readonly key: string;
  readonly origin: Origin;
  /** Grows with each change of the resource; what compare-and-set compares. */
  readonly generation: number;
  readonly resource: Resource;
}

export const storedResource: z.ZodType<StoredResource> = z.object({
  key: z.string(),
  origin,
  generation: z.int().min(0),
  resource: resourceSchema,
});

export interface WireDiff {
  readonly key: string;
  readonly change: 'added' | 'changed' | 'removed';
  readonly paths: readonly { readonly path: string; readonly from?: JsonValue; readonly to?: JsonValue }[];
  /** Flags whose units would move because of it. */
  readonly moves?: readonly WireMovement[] | undefined;
}

/** The part of a flag's units that a change moves to another variant. */
export interface WireMovement {
  readonly flag: string;
  /** From 0 to 1; for `computed` at least this. */
  readonly share: number;
  readonly atMost?: number | undefined;
  /** Computed from shares and weights, or estimated on synthetic contexts. */
  readonly basis: 'computed' | 'estimated';
  /** Of which units, in words. */
  readonly of: string;
}

const json: z.ZodType<JsonValue> = z.json() as unknown as z.ZodType<JsonValue>;

export const wireDiff: z.ZodType<WireDiff> = z.object({
  key: z.string(),
  change: z.enum(['added', 'changed', 'removed']),
  paths: z.array(z.object({ path: z.string(), from: json.exactOptional(), to: json.exactOptional() })),
  moves: z
    .array(
      z.object({
        flag: z.string(),
        share: z.number(),
        atMost: z.number().optional(),
        basis: z.enum(['computed', 'estimated']),
        of: z.string(),
      }),
    )
    .optional(),
});

/** The whole set of one origin: what is absent is deleted. `partial` changes only what is sent and what `deletes` names (origin `api`). */
export interface ApplyRequest {
  readonly origin: Origin;
  readonly resources: readonly Resource[];
  /** Generations read at diff time by `Kind/name`; any that moved refuses the whole with CONFLICT. */
  readonly generations?: Readonly<Record<string, number>>;
  readonly why?: string;
  readonly author?: string;
  /** Answer what would change and change nothing. */
  readonly dryRun?: boolean;
  readonly partial?: boolean;
  readonly deletes?: readonly string[];
}

const author = z.string().min(1).max(200);
const why = z.string().max(1000);

const applyParts = {
  origin,
  generations: z.record(z.string().max(300), z.int().min(0)).exactOptional(),
  why: why.exactOptional(),
  author: author.exactOptional(),
  dryRun: z.boolean().exactOptional(),
  partial: z.boolean().exactOptional(),
  deletes: z.array(z.string().max(300)).max(100_000).exactOptional(),
};

export const applyRequest: z.ZodType<ApplyRequest> = z.strictObject({
  ...applyParts,
  resources: z.array(resourceSchema).max(100_000),
});

/** The same without a look into the resources. */
export const applyEnvelope: z.ZodType<
  Omit<ApplyRequest, 'resources'> & { readonly resources: readonly unknown[] }
> = z.strictObject({ ...applyParts, resources: z.array(z.unknown()).max(100_000) });

export interface Applied {
  /** The head's revision afterwards; of a dry run, as it is. */
  readonly revision: number;
  /** False where the environment already was as asked, which makes no revision; of a dry run, whether it would change. */
  readonly changed: boolean;
  readonly diff: readonly WireDiff[];
  /** Warnings, and errors of what was kept at its last good spec while the rest went in. */
  readonly issues: readonly WireIssue[];
  /** Keys kept at their last good spec because a climbing release pins them. */
  readonly kept: readonly string[];
  /** Releases that a restore contradicted and rolled back first; `took` is in ms, absent in a dry run. */
  readonly rolledBack?: readonly { readonly release: string; readonly took?: number }[];
}

export const applied: z.ZodType<Applied> = z.object({
  revision: z.int().min(0),
  changed: z.boolean(),
  diff: z.array(wireDiff),
  issues: z.array(issueSchema),
  kept: z.array(z.string()),
  rolledBack: z
    .array(z.object({ release: z.string(), took: z.number().min(0).exactOptional() }))
    .exactOptional(),
});

/** Spec of `to` comes back as a new revision; placements and overrides stay. */
export interface RollbackRequest {
  readonly to: number;
  readonly why?: string;
  readonly author?: string;
  readonly dryRun?: boolean;
}

export const rollbackRequest: z.ZodType<RollbackRequest> = z.strictObject({
  to: z.int().min(0),
  why: why.exactOptional(),
  author: author.exactOptional(),
  dryRun: z.boolean().exactOptional(),
});

/** Reason and end of an operator's override; `until` is milliseconds since 1970. */
export interface OverrideRequest {
  readonly why?: string;
  readonly author?: string;
  readonly until?: number;
}

export const overrideRequest: z.ZodType<OverrideRequest> = z.strictObject({
  why: why.exactOptional(),
  author: author.exactOptional(),
  until: z.int().positive().exactOptional(),
});

export interface TargetRequest extends OverrideRequest {
  readonly variant: string;
}

export const targetRequest: z.ZodType<TargetRequest> = z.strictObject({
  variant: z.string().min(1).max(100),
  why: why.exactOptional(),
  author: author.exactOptional(),
  until: z.int().positive().exactOptional(),
});

/** One thing an operator laid over a flag. */
export interface WireOverride {
  readonly id: string;
  readonly flag: string;
  readonly kind: 'kill' | 'target';
  readonly unit?: string | undefined;
  readonly variant?: string | undefined;
  readonly by: string;
  readonly why: string;
  /** Nanoseconds since 1970, in decimal. */
  readonly at: string;
  /** Milliseconds since 1970; absent: until lifted. */
  readonly until?: number | undefined;
}

export const wireOverride: z.ZodType<WireOverride> = z.object({
  id: z.string(),
  flag: z.string(),
  kind: z.enum(['kill', 'target']),
  unit: z.string().optional(),
  variant: z.string().optional(),
  by: z.string(),
  why: z.string(),
  at: z.string(),
  until: z.number().optional(),
});
