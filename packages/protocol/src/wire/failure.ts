import { z } from 'zod';
import { type ErrorCode, errorAnchor, errors } from '../errors.ts';
import { issueSchema, type WireIssue } from './issue.ts';

/** The body of every answer that is no success, except OFREP's. */
export interface Failure {
  /** One of the table, or of a newer server's. */
  readonly code: string;
  readonly message: string;
  /** Where the code is explained. */
  readonly doc: string;
  readonly issues?: readonly WireIssue[] | undefined;
  /** With CONFLICT: what moved since it was read. */
  readonly moved?: readonly unknown[] | undefined;
}

export const failureSchema: z.ZodType<Failure> = z.object({
  code: z.string(),
  message: z.string(),
  doc: z.string(),
  issues: z.array(issueSchema).optional(),
  moved: z.array(z.unknown()).optional(),
});

/** A failure of the table, with what is known beyond the code. */
export function failure(
  code: ErrorCode,
  message: string = errors[code].message,
  more: {
    readonly issues?: readonly WireIssue[] | undefined;
    readonly moved?: readonly unknown[] | undefined;
  } = {},
): Failure {
  return { code, message, doc: errorAnchor(code), ...more };
}
