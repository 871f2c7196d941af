import { z } from 'zod';

/** A person's command to a release; the route says which. */
export interface ReleaseCommandRequest {
  readonly why?: string;
  readonly author?: string;
}

export const releaseCommandRequest: z.ZodType<ReleaseCommandRequest> = z.strictObject({
  why: z.string().max(1000).exactOptional(),
  author: z.string().min(1).max(200).exactOptional(),
});
