import { z } from 'zod';
import { duration, name } from './scalars.ts';

export interface Endpoint {
  readonly url: string;
  /** Relative; balances endpoints of one upstream, never versions. */
  readonly weight?: number;
}

/** When a gateway leaves an upstream alone for a while; what is not said is as the gateway's own settings say. */
export interface BreakerSpec {
  /** Calls that ended within this time are looked back on. Default: 60s. */
  readonly window?: string;
  /** Or the last so many calls. */
  readonly calls?: number;
  /** Below so many calls in the window nothing is judged. Default: 100. */
  readonly minimumCalls?: number;
  /** Opens at this part of failed calls or more. Default: 0.5. */
  readonly failureRate?: number;
  /** Opens at this part of slow calls or more. Default: 0.3. */
  readonly slowRate?: number;
  /** A call that takes longer is slow. Default: 1.2s. */
  readonly slowOver?: string;
  /** How long it stays open before it lets probes through. Default: 10s. */
  readonly wait?: string;
  /** Calls that decide when it is half open. Default: 10. */
  readonly probes?: number;
}

/** Where a gateway sends a variant's requests. */
export interface UpstreamSpec {
  readonly doc?: string;
  readonly endpoints: readonly Endpoint[];
  readonly timeout?: string;
  /** The upstream that answers in degradation. */
  readonly fallback?: string;
  /** False: never left alone. */
  readonly breaker?: BreakerSpec | false;
}

const rate = z.number().gt(0).max(1);
const calls = z.int().min(1).max(100_000);

const breakerSpec: z.ZodType<BreakerSpec> = z
  .strictObject({
    window: duration.exactOptional(),
    calls: calls.exactOptional(),
    minimumCalls: calls.exactOptional(),
    failureRate: rate.exactOptional(),
    slowRate: rate.exactOptional(),
    slowOver: duration.exactOptional(),
    wait: duration.exactOptional(),
    probes: calls.exactOptional(),
  })
  .refine(({ window, calls: last }) => window === undefined || last === undefined, {
    message: 'a breaker looks back on a window of time or on the last calls, not on both',
  });

export const upstreamSpec: z.ZodType<UpstreamSpec> = z.strictObject({
  doc: z.string().max(1000).exactOptional(),
  endpoints: z
    .array(
      z.strictObject({
        url: z.url({ protocol: /^https?$/ }),
        weight: z.number().min(0).max(1_000_000).exactOptional(),
      }),
    )
    .min(1)
    .max(1000),
  timeout: duration.exactOptional(),
  fallback: name.exactOptional(),
  breaker: z.union([z.literal(false), breakerSpec]).exactOptional(),
});
