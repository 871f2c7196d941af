import { z } from 'zod';
import { issueSchema, type WireIssue } from './issue.ts';

/** What an author's directory last did. */
export interface AuthorStatus {
  readonly directory: string;
  /** `applied`: what is on disk is what is served; `refused`: the last good revision is, and `issues` says why. */
  readonly state: 'starting' | 'applied' | 'refused' | 'failed';
  readonly issues: readonly WireIssue[];
  readonly message?: string | undefined;
  readonly files: number;
  /** The revision that the last successful apply left. */
  readonly revision?: number | undefined;
  /** Milliseconds since 1970 of the last attempt. */
  readonly at?: number | undefined;
  /** `Kind/name` where what is served differs from what is on disk. */
  readonly drift: readonly string[];
}

export interface Status {
  readonly environment: string;
  readonly lineage: string;
  readonly revision: number;
  readonly digest: string;
  readonly flags: number;
  readonly unsupported: readonly { readonly flag: string; readonly code: string; readonly detail: string }[];
  readonly receivers: number;
  readonly streams: number;
  readonly version: string;
  readonly author?: AuthorStatus | undefined;
}

export const statusSchema: z.ZodType<Status> = z.object({
  environment: z.string(),
  lineage: z.string(),
  revision: z.int(),
  digest: z.string(),
  flags: z.int(),
  unsupported: z.array(z.object({ flag: z.string(), code: z.string(), detail: z.string() })),
  receivers: z.int(),
  streams: z.int(),
  version: z.string(),
  author: z
    .object({
      directory: z.string(),
      state: z.enum(['starting', 'applied', 'refused', 'failed']),
      issues: z.array(issueSchema),
      message: z.string().optional(),
      files: z.int(),
      revision: z.int().optional(),
      at: z.number().optional(),
      drift: z.array(z.string()),
    })
    .optional(),
});
