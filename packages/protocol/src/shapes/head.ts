import type { Head, SignedHead } from '@ombre/decide';
import { z } from 'zod';

const text = z.string().min(1).max(200);
const count = z.int().min(0);

const headSchema: z.ZodType<Head> = z.object({
  environment: text,
  lineage: text,
  revision: count,
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});

/** A head and the signature over it, see headPayload. */
export const signedHeadSchema: z.ZodType<SignedHead> = z.object({
  head: headSchema,
  issued: count,
  expires: count,
  key: text,
  signature: z.string().max(200),
});
