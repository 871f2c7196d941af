import { z } from 'zod';
import type { Failure } from '../wire/failure.ts';
import { issueSchema } from '../wire/issue.ts';

/** The body of every answer that is no success, except OFREP's. */
export const failureSchema: z.ZodType<Failure> = z.object({
  code: z.string(),
  message: z.string(),
  doc: z.string(),
  issues: z.array(issueSchema).optional(),
  moved: z.array(z.unknown()).optional(),
});
