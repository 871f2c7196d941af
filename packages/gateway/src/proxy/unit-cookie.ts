import type { IncomingHttpHeaders } from 'node:http';
import type { Decision } from '../routing/router.ts';

/** A year. */
const MAX_AGE = 31_536_000;

/** The header by which a new unit's client keeps it, as name, value; empty for all others. */
export type KeepUnit = (decision: Decision, headers: IncomingHttpHeaders) => string[];

/**
 * The cookie of that name lets an anonymous client come back as the same unit. It names the unit and nothing else: which variant the
 * unit gets is decided anew each time, so that a roll-back moves everybody.
 */
export function createKeepUnit(name: string): KeepUnit {
  return ({ fresh, unit, client }, headers) => {
    if (!fresh) return [];
    const secure = client.forwarded && headers['x-forwarded-proto'] === 'https';
    const cookie = `${name}=${unit}; Path=/; Max-Age=${MAX_AGE}; HttpOnly; SameSite=Lax`;
    return ['set-cookie', secure ? `${cookie}; Secure` : cookie];
  };
}
