/** What the gateway answers by itself, without an upstream. Stable codes; the body is `{ error: { code, message } }`. */
export const refusals = {
  BAD_REQUEST: { status: 400, message: 'The request cannot be read in one way only.' },
  DENIED: { status: 403, message: 'A rule denies this request.' },
  THROTTLED: {
    status: 429,
    message: 'Too many requests for a rule; come back after the time in Retry-After.',
  },
  UPGRADE_UNSUPPORTED: { status: 501, message: 'Only upgrades to websocket are passed on.' },
  UPSTREAM_FAILED: { status: 502, message: 'The upstream did not answer.' },
  UPSTREAM_REFUSED: { status: 502, message: 'No endpoint of the upstream can be reached.' },
  NOT_READY: { status: 503, message: 'No snapshot has come yet.' },
  NO_DECISION: { status: 503, message: 'The routing flag has no answer for this request.' },
  NO_UPSTREAM: { status: 503, message: 'The routing flag answers what no upstream is named after.' },
  BREAKER_OPEN: { status: 503, message: 'The upstream fails too often and is left alone for a while.' },
  UPSTREAM_TIMEOUT: { status: 504, message: 'The upstream did not answer in time.' },
} as const;

export type RefusalCode = keyof typeof refusals;

export interface Refusal {
  readonly code: RefusalCode;
  /** Milliseconds after which it is worth coming back. */
  readonly retryAfter?: number;
}

/** Status, headers as name, value …, and body of a refusal. */
export function refusalAnswer({ code, retryAfter }: Refusal): {
  readonly status: number;
  readonly headers: string[];
  readonly body: string;
} {
  const { status, message } = refusals[code];
  const body = `${JSON.stringify({ error: { code, message } })}\n`;
  const headers = [
    'content-type',
    'application/json',
    'content-length',
    String(Buffer.byteLength(body)),
    'cache-control',
    'no-store',
  ];
  if (retryAfter !== undefined) {
    headers.push('retry-after', String(Math.max(1, Math.ceil(retryAfter / 1000))));
  }
  return { status, headers, body };
}
