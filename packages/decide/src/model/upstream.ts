import { z } from 'zod';
import { duration, name } from './scalars.ts';

export interface Endpoint {
  readonly url: string;
  /** Relative; balances endpoints of one upstream, never versions. */
  readonly weight?: number;
}

/** Where a gateway sends a variant's requests. */
export interface UpstreamSpec {
  readonly doc?: string;
  readonly endpoints: readonly Endpoint[];
  readonly timeout?: string;
  /** The upstream that answers in degradation. */
  readonly fallback?: string;
}

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
});
