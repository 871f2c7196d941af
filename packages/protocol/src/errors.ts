/** One row of the table of errors: what it says when nothing better is known, and its HTTP status. */
export interface ErrorRow {
  readonly status: number;
  readonly message: string;
}

/** Every code an answer of the control plane can carry; clients decide on the code, people read the message. */
export type ErrorCode =
  | 'INVALID'
  | 'CONFLICT'
  | 'OWNED'
  | 'NOT_FOUND'
  | 'GENERATION_REQUIRED'
  | 'PINNED'
  | 'FENCED'
  | 'RELEASE_REFUSED'
  | 'TWO_PHASE_BUSY'
  | 'TWO_PHASE_EARLY'
  | 'TWO_PHASE_TOO_LARGE'
  | 'SIGNATURE_INVALID'
  | 'EXPIRED'
  | 'STORE_FULL'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'HOST_REFUSED'
  | 'ORIGIN_REFUSED'
  | 'BODY_MALFORMED'
  | 'BODY_TOO_LARGE'
  | 'BODY_TOO_DEEP'
  | 'MEDIA_TYPE_UNSUPPORTED'
  | 'REQUEST_INVALID'
  | 'ENVIRONMENT_UNKNOWN'
  | 'ENVIRONMENT_AMBIGUOUS'
  | 'SNAPSHOT_GONE'
  | 'RECEIVERS_FULL'
  | 'REQUEST_TIMEOUT'
  | 'UNSUPPORTED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

/** Code → status and message. */
export const errors: Readonly<Record<ErrorCode, ErrorRow>> = {
  INVALID: { status: 422, message: 'The resources have errors; nothing was changed.' },
  CONFLICT: { status: 409, message: 'Something moved since it was read; read it again and retry.' },
  OWNED: { status: 409, message: 'The resource belongs to another origin: files or API.' },
  NOT_FOUND: { status: 404, message: 'There is no such thing here.' },
  GENERATION_REQUIRED: {
    status: 428,
    message: 'Send If-Match with the generation you read, or If-Match: "0" to create.',
  },
  PINNED: { status: 409, message: 'A climbing release pins this resource.' },
  FENCED: { status: 409, message: 'The fencing token is old: another controller took over.' },
  RELEASE_REFUSED: { status: 409, message: 'The release cannot do that where it stands.' },
  TWO_PHASE_BUSY: { status: 409, message: 'Another two-phase change is under way.' },
  TWO_PHASE_EARLY: {
    status: 503,
    message: 'Leases that were given before this control plane began may still hold.',
  },
  TWO_PHASE_TOO_LARGE: { status: 413, message: 'The change is larger than receivers stage.' },
  SIGNATURE_INVALID: { status: 403, message: 'The signature is not by the key of this environment.' },
  EXPIRED: { status: 410, message: 'What was signed has expired.' },
  STORE_FULL: { status: 507, message: 'The disk of the store is full; nothing was written.' },
  UNAUTHENTICATED: { status: 401, message: 'Send Authorization: Bearer <token>.' },
  FORBIDDEN: { status: 403, message: 'This token may not do that.' },
  HOST_REFUSED: { status: 403, message: 'The Host header names no address this server answers for.' },
  ORIGIN_REFUSED: { status: 403, message: 'Pages of this origin may not ask this server.' },
  BODY_MALFORMED: { status: 400, message: 'The body is not the JSON it claims to be.' },
  BODY_TOO_LARGE: { status: 413, message: 'The body is larger than this route takes.' },
  BODY_TOO_DEEP: { status: 400, message: 'The body is nested deeper than 64 levels.' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, message: 'Send application/json.' },
  REQUEST_INVALID: { status: 400, message: 'The request does not have the shape of this route.' },
  ENVIRONMENT_UNKNOWN: { status: 404, message: 'There is no such project/environment.' },
  ENVIRONMENT_AMBIGUOUS: {
    status: 404,
    message: 'Several environments live here: ask under /p/{project}/{environment}.',
  },
  SNAPSHOT_GONE: { status: 410, message: 'This snapshot is no longer kept; read the head again.' },
  RECEIVERS_FULL: { status: 503, message: 'As many receivers are connected as this server takes.' },
  REQUEST_TIMEOUT: { status: 408, message: 'The request did not arrive in time.' },
  UNSUPPORTED: { status: 501, message: 'This server does not offer that.' },
  UNAVAILABLE: { status: 503, message: 'Not ready; retry shortly.' },
  INTERNAL: { status: 500, message: 'The server failed; its log says why.' },
};

/** Where the code is explained: a page of the documentation, and its heading. */
export function errorAnchor(code: ErrorCode): string {
  return `docs/errors.md#${code.toLowerCase()}`;
}

/** True for codes of this table, such as one read from an answer of another version. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errors, code);
}
