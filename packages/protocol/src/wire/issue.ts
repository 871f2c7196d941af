import { z } from 'zod';

/** One finding about resources, as checks report it; `line` and `column` are 0 where the resource came as JSON without a file. */
export interface WireIssue {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly resource?: string | undefined;
  readonly message: string;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  readonly hint?: string | undefined;
}

export const issueSchema: z.ZodType<WireIssue> = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  file: z.string(),
  line: z.int().min(0),
  column: z.int().min(0),
  path: z.string(),
  resource: z.string().optional(),
  message: z.string(),
  expected: z.string().optional(),
  found: z.string().optional(),
  hint: z.string().optional(),
});
