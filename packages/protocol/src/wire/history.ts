import { z } from 'zod';
import { type Origin, origin, type WireDiff, wireDiff } from './change.ts';

/** One numbered, audited change, without its diff. */
export interface WireChange {
  readonly environment: string;
  readonly lineage: string;
  readonly revision: number;
  /** Nanoseconds since 1970, in decimal. Information: order is the revision. */
  readonly at: string;
  readonly author: string;
  readonly why: string;
  /** What kind of act: `apply`, `restore`, `override`, `place` … */
  readonly action: string;
  readonly origin: Origin | null;
  /** Digests of the snapshot before and after; null before the first. */
  readonly from: string | null;
  readonly to: string;
  /** `Kind/name` of what changed. */
  readonly names: readonly string[];
  readonly facts: Readonly<Record<string, string | number>>;
  /** Hash of the change before; null for the first. */
  readonly previous: string | null;
  readonly hash: string;
  readonly key: string;
  readonly signature: string;
}

const change = {
  environment: z.string(),
  lineage: z.string(),
  revision: z.int(),
  at: z.string(),
  author: z.string(),
  why: z.string(),
  action: z.string(),
  origin: origin.nullable(),
  from: z.string().nullable(),
  to: z.string(),
  names: z.array(z.string()),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  previous: z.string().nullable(),
  hash: z.string(),
  key: z.string(),
  signature: z.string(),
};

export const wireChange: z.ZodType<WireChange> = z.object(change);

export interface WireChangeDetail extends WireChange {
  readonly diff: readonly WireDiff[];
}

export const wireChangeDetail: z.ZodType<WireChangeDetail> = z.object({ ...change, diff: z.array(wireDiff) });

/** Whether the log holds: `ok` is no faults. */
export interface HistoryVerdict {
  readonly ok: boolean;
  readonly environment: string;
  readonly lineage: string;
  /** How many changes were checked. */
  readonly changes: number;
  readonly faults: readonly { readonly revision: number; readonly code: string; readonly message: string }[];
}

export const historyVerdict: z.ZodType<HistoryVerdict> = z.object({
  ok: z.boolean(),
  environment: z.string(),
  lineage: z.string(),
  changes: z.int(),
  faults: z.array(z.object({ revision: z.int(), code: z.string(), message: z.string() })),
});
