import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { isSigned } from '../keys/is-signed.ts';
import type { EnvironmentState } from '../store/row.ts';
import type { BreakGlassInput, Refusal } from './commands.ts';

/** A kill that was signed while the store was away. Times are ms since 1970. */
export interface SignedKill {
  readonly environment: string;
  readonly lineage: string;
  readonly flag: string;
  readonly by: string;
  readonly why: string;
  readonly issued: number;
  readonly expires: number;
  readonly id: string;
}

/** The longest a break-glass kill may last. */
export const LONGEST: number = 24 * 60 * 60 * 1000;

const text = z.string().min(1).max(1000);
const signedKill: z.ZodType<SignedKill> = z.strictObject({
  environment: text,
  lineage: text,
  flag: z.string().min(1).max(100),
  by: text,
  why: text,
  issued: z.int().positive(),
  expires: z.int().positive(),
  id: z.string().regex(/^[A-Za-z0-9_-]{8,64}$/),
});

/** Reads and verifies a signed kill. The lineage is the caller's to judge: it may be one that the current has succeeded. */
export function readSignedKill(
  state: EnvironmentState,
  input: BreakGlassInput,
  now: number,
): { readonly ok: true; readonly kill: SignedKill } | Refusal {
  const key = createPublicKey({
    key: Buffer.from(state.breakGlass, 'base64url'),
    format: 'der',
    type: 'spki',
  });
  if (!isSigned(key, input.payload, input.signature)) {
    return invalid('The signature is not of the break-glass key of this environment.');
  }
  const parsed = signedKill.safeParse(parseJson(input.payload));
  if (!parsed.success) return invalid('What was signed is no kill.');
  const kill = parsed.data;
  if (kill.environment !== state.head.environment) {
    return invalid(`What was signed is for ${kill.environment}.`);
  }
  if (kill.expires - kill.issued > LONGEST || kill.expires <= kill.issued) {
    return invalid('A break-glass kill lasts at most 24 hours.');
  }
  if (kill.expires <= now) return { ok: false, code: 'EXPIRED', message: 'The kill has run out.' };
  return { ok: true, kill };
}

function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

function invalid(message: string): Refusal {
  return { ok: false, code: 'SIGNATURE_INVALID', message };
}
