import { z } from 'zod';
import { LONGEST_DEVELOPER_TOKEN } from '../request/developer-token.ts';

export interface DeveloperTokenRequest {
  /** Conditions ask for it as `developer.id`. */
  readonly developer: string;
  /** Milliseconds the token is valid. */
  readonly milliseconds: number;
}

export const developerTokenRequest: z.ZodType<DeveloperTokenRequest> = z.strictObject({
  developer: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/),
  milliseconds: z.int().min(1_000).max(LONGEST_DEVELOPER_TOKEN),
});

export interface DeveloperToken {
  readonly token: string;
  readonly developer: string;
  /** `project/environment` it is for. */
  readonly environment: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

export const developerToken: z.ZodType<DeveloperToken> = z.object({
  token: z.string(),
  developer: z.string(),
  environment: z.string(),
  expires: z.int(),
});
