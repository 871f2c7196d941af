import { z } from 'zod';

/** One finding about resources, as checks report it; `line` and `column` are 0 where the resource came as JSON without a file. */
export interface WireIssue {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many columns of the line are meant; absent: one. */
  readonly length?: number | undefined;
  readonly path: string;
  readonly resource?: string | undefined;
  readonly message: string;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  readonly hint?: string | undefined;
  /** Other places the message speaks of, such as the first of two that are the same. */
  readonly also?:
    | readonly {
        readonly message: string;
        readonly file: string;
        readonly line: number;
        readonly column: number;
      }[]
    | undefined;
}

export const issueSchema: z.ZodType<WireIssue> = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  file: z.string(),
  line: z.int().min(0),
  column: z.int().min(0),
  length: z.int().optional(),
  path: z.string(),
  resource: z.string().optional(),
  message: z.string(),
  expected: z.string().optional(),
  found: z.string().optional(),
  hint: z.string().optional(),
  also: z
    .array(z.object({ message: z.string(), file: z.string(), line: z.int(), column: z.int() }))
    .optional(),
});
