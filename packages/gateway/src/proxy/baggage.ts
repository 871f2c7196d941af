import { createHmac } from 'node:crypto';
import type { Outcome } from '@ombre/decide';

/** What passes on who decided what, and to whom. */
export interface BaggageOptions {
  /** Units are named by their HMAC-SHA256 under this key, so that a service can join what it sees and never learn who it was. */
  readonly key: string;
  /** Hosts of endpoints, `name` or `name:port`, that get it; no other ever does. */
  readonly hosts: readonly string[];
}

/** The baggage header for an endpoint; undefined for none. */
export type BaggageFor = (endpoint: URL) => string | undefined;

/** What a request carries: to listed hosts who got what, to all what the client sent beside it. */
export type Baggage = (sent: string | undefined, unit: string, outcome: Outcome | undefined) => BaggageFor;

const NONE: BaggageFor = () => undefined;

/** Members in Ombre's name are only ever the gateway's (W3C Baggage; a client could claim any variant). Without options nothing is added. */
export function createBaggage(options: BaggageOptions | undefined): Baggage {
  const listed = new Set(options?.hosts.map((host) => host.toLowerCase()));
  return (sent, unit, outcome) => {
    const foreign = sent === undefined ? undefined : foreignBaggage(sent);
    if (options === undefined || outcome?.variant === undefined) {
      return foreign === undefined ? NONE : () => foreign;
    }
    const { flag, variant } = outcome;
    const own = (): string =>
      `ombre.unit=${unitName(options.key, unit)},ombre.flag=${encodeURIComponent(flag)},ombre.variant=${encodeURIComponent(variant)}`;
    return ({ host, hostname }) => {
      if (!listed.has(host) && !listed.has(hostname)) return foreign;
      return foreign === undefined ? own() : `${foreign},${own()}`;
    };
  };
}

/** 128 bits of HMAC-SHA256 in hex. */
function unitName(key: string, unit: string): string {
  return createHmac('sha256', key).update(unit).digest('hex').slice(0, 32);
}

/** What a client sent, without members in Ombre's name; undefined where nothing is left. */
function foreignBaggage(header: string): string | undefined {
  if (!/ombre\./i.test(header)) return header;
  const kept = header.split(',').filter((member) => !/^\s*ombre\./i.test(member));
  return kept.length === 0 ? undefined : kept.join(',').trim();
}
