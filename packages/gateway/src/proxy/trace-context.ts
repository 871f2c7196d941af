/** W3C Trace Context (Level 1): version, trace id, parent id, flags; all-zero ids are invalid, and so is version ff. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;

export interface TraceContext {
  readonly traceparent: string;
  /** Vendors' parts, handed on untouched; dropped with a traceparent that is none. */
  readonly tracestate: string | undefined;
}

/**
 * The trace a request belongs to: the client's where it names a valid one, else a new one that begins here, marked as sampled.
 * `random` draws digits in hex; the gateway records no span of its own, so it does not put itself between.
 */
export function traceContextOf(
  traceparent: string | undefined,
  tracestate: string | undefined,
  random: (digits: number) => string,
): TraceContext {
  if (traceparent !== undefined && isTraceparent(traceparent)) return { traceparent, tracestate };
  return { traceparent: `00-${notZero(random(32))}-${notZero(random(16))}-01`, tracestate: undefined };
}

/** An id of zeros only is invalid. */
function notZero(id: string): string {
  return /[^0]/.test(id) ? id : `1${id.slice(1)}`;
}

function isTraceparent(text: string): boolean {
  return TRACEPARENT.test(text) && (text.length === 55 || (!text.startsWith('00') && text[55] === '-'));
}
