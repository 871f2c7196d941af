import { z } from 'zod';
import { duration } from '../../scalars.ts';

/** Fails when a GET is not answered with `status` in time. */
export interface HttpProbe {
  readonly http: {
    readonly url: string;
    /** Default: any 2xx. */
    readonly status?: number;
    /** Default: 2s. */
    readonly timeout?: string;
  };
}

export const httpProbe: z.ZodType<HttpProbe> = z.strictObject({
  http: z.strictObject({
    url: z.url({ protocol: /^https?$/ }),
    status: z.int().min(100).max(599).exactOptional(),
    timeout: duration.exactOptional(),
  }),
});
