import type { IncomingHttpHeaders } from 'node:http';
import { cookieIn } from '@ombre/protocol';

/** A header or cookie that a trusted part of the system writes, such as `header:x-user-id` or `cookie:session`. */
export interface PlacedValue {
  readonly place: 'header' | 'cookie';
  readonly name: string;
}

/** Reads `header:NAME` or `cookie:NAME`; undefined for all else. */
export function parsePlace(text: string): PlacedValue | undefined {
  const match = /^(header|cookie):([!#$%&'*+.^_`|~0-9A-Za-z-]+)$/.exec(text);
  if (match?.[2] === undefined) return undefined;
  return match[1] === 'header'
    ? { place: 'header', name: match[2].toLowerCase() }
    : { place: 'cookie', name: match[2] };
}

/** The value at a place; undefined where it is absent or empty. */
export function valueAt({ place, name }: PlacedValue, headers: IncomingHttpHeaders): string | undefined {
  const value = place === 'header' ? headers[name] : cookieIn(headers.cookie, name);
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text === '' ? undefined : text;
}
