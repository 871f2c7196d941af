import { isIP } from 'node:net';
import { SettingsError } from '../settings-error.ts';
import { addressClass, holds, rangesOf } from './address-class.ts';

/** Which addresses a URL may be called at: those that are allowed, or a sentence that says what to add. */
export type Allowed =
  | { readonly ok: true; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly detail: string };

/** Decides by name and by the addresses the name has. */
export type AllowList = (host: string, port: number, addresses: readonly string[]) => Allowed;

export interface AllowListOptions {
  /** `host`, `host:port`, `*.domain` (below it), an address, `address/bits`; `*`: every public host. */
  readonly hosts: readonly string[];
  /** Whether this machine itself may be called without being listed. */
  readonly loopback: boolean;
}

/**
 * A listed name reaches public and private addresses. A name never reaches loopback (but `localhost`) nor reserved
 * addresses: these are listed as addresses, so that no name server decides it. Throws SettingsError on an entry that is none.
 */
export function createAllowList({ hosts, loopback }: AllowListOptions): AllowList {
  const entries = hosts.map(readEntry);
  const open = entries.some(({ name }) => name === '*');

  const reaches = (host: string, port: number, address: string): boolean => {
    const fitting = entries.filter((entry) => entry.port === undefined || entry.port === port);
    if (fitting.some(({ ranges }) => ranges !== undefined && holds(ranges, address))) return true;
    const named = fitting.some(({ name }) => name !== undefined && matches(name, host));
    switch (addressClass(address)) {
      case 'reserved':
        return false;
      case 'loopback':
        return loopback || (named && host === 'localhost');
      case 'private':
        return named;
      case 'public':
        return named || open;
    }
  };

  return (host, port, addresses) => {
    const allowed = addresses.filter((address) => reaches(host, port, address));
    if (allowed.length > 0) return { ok: true, addresses: allowed };
    const [address = host] = addresses;
    const local = ['reserved', 'loopback'].includes(isIP(address) === 0 ? 'public' : addressClass(address));
    const add = local && host !== 'localhost' ? address : host;
    const where = local && add !== host ? `${host} is the address ${address}, which` : host;
    return { ok: false, detail: `${where} is not among the hosts this server may call: add --egress ${add}` };
  };
}

interface Entry {
  readonly name?: string;
  readonly ranges?: ReturnType<typeof rangesOf>;
  readonly port?: number;
}

function readEntry(text: string): Entry {
  const [, bracketed, rest = text] = /^\[([^\]]+)\](.*)$/.exec(text) ?? [];
  const whole = bracketed ?? text;
  if (isIP(whole) !== 0 && (bracketed === undefined || rest === '')) return { ranges: rangesOf([whole]) };
  if (/^[0-9a-f.:]+\/\d{1,3}$/i.test(text) && isIP(text.split('/')[0] ?? '') !== 0) {
    return { ranges: rangesOf([text]) };
  }
  const [, host = '', port] =
    bracketed === undefined ? (/^(.+?)(?::(\d{1,5}))?$/.exec(text) ?? []) : ['', bracketed, rest.slice(1)];
  const at = port === undefined ? {} : { port: Number(port) };
  if (isIP(host) !== 0) return { ranges: rangesOf([host]), ...at };
  if (host !== '*' && !/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i.test(host)) {
    throw new SettingsError(
      `not a host to allow: ${JSON.stringify(text)}; write host, host:port, *.domain, an address or address/bits`,
    );
  }
  return { name: host.toLowerCase(), ...at };
}

function matches(name: string, host: string): boolean {
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) : name === host;
}
