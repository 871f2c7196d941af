import type { Breaker, Permit } from '../breaker/breaker.ts';
import type { Ending } from '../proxy/exchange.ts';
import type { Refusal } from '../refusal.ts';
import type { Upstream, Upstreams } from './upstream.ts';

/** A call that may go; its breaker is the one it began with, whatever the spec says when it ends. */
export interface Admission {
  readonly upstream: Upstream;
  /** Undefined: breaking is off. */
  readonly breaker: Breaker | undefined;
  readonly permit: Permit | undefined;
  readonly refusal?: never;
}

/** The upstream or, while its circuit is open, its fallback. */
export function admit(
  upstream: Upstream,
  upstreams: Upstreams,
  now: number,
): Admission | { readonly refusal: Refusal } {
  const meant = admissionOf(upstream, now);
  if (meant !== undefined) return meant;
  const fallback = upstream.fallback === undefined ? undefined : upstreams.get(upstream.fallback);
  const instead = fallback && admissionOf(fallback, now);
  return instead ?? { refusal: { code: 'BREAKER_OPEN', retryAfter: upstream.breaker?.waits(now) ?? 0 } };
}

/** Tells the breaker how a call ended and how many milliseconds it waited for the answer's headers. */
export function settle({ breaker, permit }: Admission, now: number, ending: Ending, waited: number): void {
  if (breaker === undefined || permit === undefined) return;
  if (ending === 'left') breaker.release(permit);
  else breaker.record(permit, now, waited, ending === 'failed');
}

/** Undefined: its circuit is open. */
function admissionOf(upstream: Upstream, now: number): Admission | undefined {
  const { breaker } = upstream;
  const permit = breaker?.acquire(now);
  return breaker !== undefined && permit === undefined ? undefined : { upstream, breaker, permit };
}
