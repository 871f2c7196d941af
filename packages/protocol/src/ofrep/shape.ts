import { z } from 'zod';

/** Facts as OFREP allows them: scalars only. */
export const ofrepMetadata: z.ZodType<Record<string, string | number | boolean>> = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()]),
);

/** Body of both requests. An absent or empty context is taken as `{}`: a flag that needs a unit then says so itself. */
export interface OfrepRequest {
  readonly context?: Readonly<Record<string, unknown>>;
}

export const ofrepRequest: z.ZodType<OfrepRequest> = z.looseObject({
  context: z.looseObject({ targetingKey: z.string().exactOptional() }).exactOptional(),
}) as z.ZodType<OfrepRequest>;

export interface OfrepSuccess {
  readonly key: string;
  readonly reason: string;
  readonly value: unknown;
  readonly variant?: string;
  readonly metadata?: Readonly<Record<string, string | number | boolean>>;
}

export const ofrepSuccess: z.ZodType<OfrepSuccess> = z.object({
  key: z.string(),
  reason: z.enum(['STATIC', 'DEFAULT', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'UNKNOWN']),
  value: z.union([z.boolean(), z.string(), z.number(), z.looseObject({})]),
  variant: z.string().exactOptional(),
  metadata: ofrepMetadata.exactOptional(),
});

export type OfrepErrorCode =
  | 'PARSE_ERROR'
  | 'TARGETING_KEY_MISSING'
  | 'INVALID_CONTEXT'
  | 'GENERAL'
  | 'FLAG_NOT_FOUND';

export interface OfrepFailure {
  readonly key: string;
  readonly errorCode: OfrepErrorCode;
  readonly errorDetails?: string;
  readonly metadata?: Readonly<Record<string, string | number | boolean>>;
}

const errorCode: z.ZodType<OfrepErrorCode> = z.enum([
  'PARSE_ERROR',
  'TARGETING_KEY_MISSING',
  'INVALID_CONTEXT',
  'GENERAL',
  'FLAG_NOT_FOUND',
]);

export const ofrepFailure: z.ZodType<OfrepFailure> = z.object({
  key: z.string(),
  errorCode,
  errorDetails: z.string().exactOptional(),
  metadata: ofrepMetadata.exactOptional(),
});

/** The failure of a whole bulk request: no key. */
export const ofrepBulkFailure: z.ZodType<Omit<OfrepFailure, 'key'>> = z.object({
  errorCode,
  errorDetails: z.string().exactOptional(),
});

/** Where changes are announced: the origin the client already uses, and a path that repeats any base path. */
export interface OfrepEventStream {
  readonly type: 'sse';
  readonly endpoint: { readonly requestUri: string };
  readonly inactivityDelaySec: number;
}

export interface OfrepBulk {
  readonly flags: readonly (OfrepSuccess | OfrepFailure)[];
  readonly metadata?: Readonly<Record<string, string | number | boolean>>;
  readonly eventStreams?: readonly OfrepEventStream[];
}

export const ofrepBulk: z.ZodType<OfrepBulk> = z.object({
  flags: z.array(z.union([ofrepSuccess, ofrepFailure])),
  metadata: ofrepMetadata.exactOptional(),
  eventStreams: z
    .array(
      z.object({
        type: z.literal('sse'),
        endpoint: z.object({ requestUri: z.string().regex(/^\//) }),
        inactivityDelaySec: z.int().min(1),
      }),
    )
    .exactOptional(),
});
