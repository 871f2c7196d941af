import { z } from 'zod';
import { type WireDiff, wireDiff } from './change.ts';

/** One audited change. The newest come first in lists. */
export interface WireChange {
  readonly revision: number;
  readonly lineage: string;
  readonly author: string;
  readonly why: string;
  /** Nanoseconds since 1970, in decimal. */
  readonly at: string;
  /** What kind of command made it: `apply`, `restore`, `override` … */
  readonly command: string;
  /** Hash over the change and the previous hash. */
  readonly hash: string;
  readonly previous: string;
  readonly digest: string;
  /** `Kind/name` of what changed. */
  readonly keys: readonly string[];
}

const change = {
  revision: z.int(),
  lineage: z.string(),
  author: z.string(),
  why: z.string(),
  at: z.string(),
  command: z.string(),
  hash: z.string(),
  previous: z.string(),
  digest: z.string(),
  keys: z.array(z.string()),
};

export const wireChange: z.ZodType<WireChange> = z.object(change);

export interface WireChangeDetail extends WireChange {
  readonly diff: readonly WireDiff[];
}

export const wireChangeDetail: z.ZodType<WireChangeDetail> = z.object({ ...change, diff: z.array(wireDiff) });

/** Whether the hash chain holds; where not, the first revision that contradicts it. */
export interface HistoryVerdict {
  readonly ok: boolean;
  readonly checked: number;
  readonly brokenAt?: number | undefined;
  readonly detail?: string | undefined;
}

export const historyVerdict: z.ZodType<HistoryVerdict> = z.object({
  ok: z.boolean(),
  checked: z.int(),
  brokenAt: z.int().optional(),
  detail: z.string().optional(),
});
