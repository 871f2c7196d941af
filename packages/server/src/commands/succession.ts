import { canonicalJson } from '@ombre/decide';
import { z } from 'zod';
import type { Change } from '../store/change.ts';

/** A new lineage's right to go on where an old one ended: made when a backup is restored, signed by a key its receivers trust. */
export interface SignedSuccession {
  readonly environment: string;
  /** The lineage that ended and the last revision of it that is known here. */
  readonly from: { readonly lineage: string; readonly revision: number };
  /** The lineage that goes on. */
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly issued: number;
  readonly key: string;
  /** Ed25519 over {@link successionPayload}, base64url. */
  readonly signature: string;
}

/** More restores than any environment sees. */
export const MOST_SUCCESSIONS = 1_000;

/** The text that a succession's signature covers. */
export function successionPayload(succession: Omit<SignedSuccession, 'key' | 'signature'>): string {
  const { environment, from, to, issued } = succession;
  return canonicalJson({ environment, from: { lineage: from.lineage, revision: from.revision }, to, issued });
}

const recorded: z.ZodType<SignedSuccession> = z.object({
  environment: z.string(),
  from: z.object({ lineage: z.string(), revision: z.int() }),
  to: z.string(),
  issued: z.int(),
  key: z.string(),
  signature: z.string(),
});

/** The succession a change of action `succeed` records. */
export function readSuccession(change: Change): SignedSuccession | undefined {
  const { succession } = change.facts;
  if (typeof succession !== 'string') return undefined;
  return recorded.safeParse(JSON.parse(succession)).data;
}
