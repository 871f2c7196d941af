import type { Head, SignedHead } from '@ombre/decide';
import { z } from 'zod';
import type { SignedSuccession } from '../sync/event.ts';

const text = z.string().min(1).max(200);
const count = z.int().min(0);

const headSchema: z.ZodType<Head> = z.object({
  environment: text,
  lineage: text,
  revision: count,
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});

const signedHead = {
  head: headSchema,
  issued: count,
  expires: count,
  key: text,
  signature: z.string().max(200),
};

/** A head and the signature over it, see headPayload. */
export const signedHeadSchema: z.ZodType<SignedHead> = z.object(signedHead);

/** A head with the succession records of its lineage, oldest first; absent in a first lineage. */
export const announcedSchema: z.ZodType<SignedHead & { readonly successions?: readonly SignedSuccession[] }> =
  z.object({
    ...signedHead,
    successions: z
      .array(z.object({ payload: z.string(), key: text, signature: z.string().max(200) }))
      .exactOptional(),
  });
