import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { canonicalJson } from '@ombre/decide';
import type { Keyring } from '../receiver/keyring.ts';

/** A kill as the operator signed it, to be handed on as it is. */
export interface KillOrder {
  /** Canonical JSON of {@link Kill}. */
  readonly payload: string;
  /** Ed25519 by the environment's break-glass key, base64url. */
  readonly signature: string;
}

/** "Serve this flag's off variant to everybody until then." Times are milliseconds since 1970. */
export interface Kill {
  readonly environment: string;
  readonly lineage: string;
  readonly flag: string;
  readonly by: string;
  readonly why: string;
  readonly issued: number;
  readonly expires: number;
  /** 8 to 64 letters, digits, `_` and `-`. */
  readonly id: string;
}

/** Why an order is not carried out, by code. */
export const KILL_REFUSALS = {
  KILL_UNSUPPORTED: 'this receiver has no snapshot yet, or one without a break-glass key',
  KILL_UNTRUSTED: 'not signed by the break-glass key of the environment',
  KILL_MALFORMED: 'what was signed is no kill',
  KILL_EXPIRED: 'the kill has run out',
  KILL_TOO_LONG: 'a break-glass kill lasts at most 24 hours',
  KILL_ELSEWHERE: 'the kill is for another environment or lineage',
  KILL_UNKNOWN_FLAG: 'there is no such flag here',
  KILL_TAKEN_OVER: 'the control plane has taken this kill over: its word counts',
} as const;

export type KillRefusal = keyof typeof KILL_REFUSALS;

export type KillAnswer = { readonly ok: true } | { readonly ok: false; readonly code: KillRefusal };

export type ReadKill =
  | { readonly ok: true; readonly kill: Kill }
  | { readonly ok: false; readonly code: KillRefusal };

/** The longest a break-glass kill may last, in milliseconds. */
export const LONGEST_KILL: number = 24 * 60 * 60 * 1000;

const ID = /^[A-Za-z0-9_-]{8,64}$/;

/** Signs a kill with the private half of the break-glass key (PKCS #8 PEM). Throws TypeError for a text that is no such key. */
export function signKill(kill: Kill, privateKey: string): KillOrder {
  const { environment, lineage, flag, by, why, issued, expires, id } = kill;
  const payload = canonicalJson({ environment, lineage, flag, by, why, issued, expires, id });
  const key = readPrivateKey(privateKey);
  return { payload, signature: sign(null, Buffer.from(payload), key).toString('base64url') };
}

function readPrivateKey(text: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(text);
  } catch {
    // What OpenSSL has to say of it helps nobody, and may quote it.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new TypeError('not an Ed25519 private key in PEM');
  return key;
}

/** Verifies an order for an environment, and for a lineage where one is named: what was accepted once outlives a restore. */
export function readKill(
  order: KillOrder,
  keyring: Keyring,
  at: { readonly environment: string; readonly lineage?: string },
  now: number,
): ReadKill {
  if (keyring.check(order.payload, '', order.signature) !== 'trusted') return refuse('KILL_UNTRUSTED');
  const kill = parse(order.payload);
  if (kill === undefined) return refuse('KILL_MALFORMED');
  if (kill.environment !== at.environment) return refuse('KILL_ELSEWHERE');
  if (at.lineage !== undefined && kill.lineage !== at.lineage) return refuse('KILL_ELSEWHERE');
  if (kill.expires - kill.issued > LONGEST_KILL) return refuse('KILL_TOO_LONG');
  return kill.expires > now ? { ok: true, kill } : refuse('KILL_EXPIRED');
}

/** An order from outside; undefined where it has another shape. Nothing is verified. */
export function asKillOrder(value: unknown): KillOrder | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { payload, signature } = value as Record<string, unknown>;
  return typeof payload === 'string' && typeof signature === 'string' ? { payload, signature } : undefined;
}

/** The id in an order's payload, before anything of it is verified; undefined where it has none. */
export function idOfOrder({ payload }: KillOrder): string | undefined {
  return parse(payload)?.id;
}

function refuse(code: KillRefusal): ReadKill {
  return { ok: false, code };
}

function parse(payload: string): Kill | undefined {
  try {
    const data = JSON.parse(payload) as Record<keyof Kill, unknown> | null;
    const texts = [data?.environment, data?.lineage, data?.flag, data?.by, data?.why];
    const times = [data?.issued, data?.expires];
    const sound =
      texts.every(isText) && times.every(Number.isSafeInteger) && Object.keys(data ?? {}).length === 8;
    return sound && ID.test(String(data?.id)) ? (data as unknown as Kill) : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= 1000;
}
