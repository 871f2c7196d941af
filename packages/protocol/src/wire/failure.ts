import { type ErrorCode, errorAnchor, errors } from '../errors.ts';
import type { WireIssue } from './issue.ts';

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

/** Reads a failure from an answer's JSON; undefined where it is none, such as a proxy's own page. */
export function readFailure(body: unknown): Failure | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { code, message, doc } = body as Record<string, unknown>;
  const known = typeof code === 'string' && typeof message === 'string' && typeof doc === 'string';
  return known ? (body as Failure) : undefined;
}
