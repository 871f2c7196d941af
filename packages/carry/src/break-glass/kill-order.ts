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
  readonly id: string;
}

export type KillRefusal =
  | 'KILL_UNSUPPORTED' // this receiver was given no break-glass key, or has no snapshot yet
  | 'KILL_UNTRUSTED' // not signed by the break-glass key
  | 'KILL_MALFORMED'
  | 'KILL_EXPIRED'
  | 'KILL_TOO_LONG'
  | 'KILL_ELSEWHERE' // of another environment or lineage
  | 'KILL_UNKNOWN_FLAG';

export type ReadKill =
  | { readonly ok: true; readonly kill: Kill }
  | { readonly ok: false; readonly code: KillRefusal };

/** The longest a break-glass kill may last, in milliseconds. */
export const LONGEST_KILL: number = 24 * 60 * 60 * 1000;

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

function refuse(code: KillRefusal): ReadKill {
  return { ok: false, code };
}

function parse(payload: string): Kill | undefined {
  try {
    const data = JSON.parse(payload) as Record<keyof Kill, unknown> | null;
    const texts = [data?.environment, data?.lineage, data?.flag, data?.by, data?.why, data?.id];
    const times = [data?.issued, data?.expires];
    const sound = texts.every((one) => typeof one === 'string') && times.every(Number.isSafeInteger);
    return sound ? (data as unknown as Kill) : undefined;
  } catch {
    return undefined;
  }
}
