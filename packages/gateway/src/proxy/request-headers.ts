import type { HttpClient } from '@ombre/protocol';
import { connectionTokens, headerRole } from './header-role.ts';
import type { TraceContext } from './trace-context.ts';

/** What a request carries from here on beside the client's own headers. */
export interface Passage {
  readonly peer: string;
  readonly client: HttpClient;
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly trace: TraceContext;
  /** As name, value …. Names with the prefix `ombre-` are the gateway's own; a client's are dropped. */
  readonly own: readonly string[];
}

/**
 * The headers for the upstream as name, value, name, value …, in the client's order and spelling. What the client says of where it
 * comes from is kept if its peer is trusted, and replaced if not. Baggage is left out: what of it goes where depends on the endpoint.
 */
export function requestHeaders(raw: readonly string[], hasBody: boolean, passage: Passage): string[] {
  const { client, trace, own } = passage;
  const headers: string[] = ['host', passage.host];
  /** What the client sent of what is written here, by name in lower case. */
  const sent: Record<string, string> = {};
  const named = connectionTokens(headerIn(raw, 'connection'));
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] as string;
    const value = raw[index + 1] as string;
    const role = headerRole(name);
    if (role === 'written') {
      const lower = name.toLowerCase();
      sent[lower] = sent[lower] === undefined ? value : `${sent[lower]}, ${value}`;
      continue;
    }
    if (role === 'hop' || role === 'own' || role === 'trailer') continue;
    if (role === 'length' && !hasBody) continue;
    if (role === 'forwarded' && !client.forwarded) continue;
    if (named.size > 0 && named.has(name.toLowerCase())) continue;
    headers.push(name, value);
  }
  const believed = client.forwarded ? sent : {};
  const chain = believed['x-forwarded-for'];
  headers.push(
    'x-forwarded-for',
    chain === undefined ? passage.peer : `${chain}, ${passage.peer}`,
    'x-forwarded-host',
    believed['x-forwarded-host'] ?? passage.host,
    'x-forwarded-proto',
    believed['x-forwarded-proto'] ?? passage.protocol,
    'x-real-ip',
    client.address,
    'via',
    sent.via === undefined ? '1.1 ombre' : `${sent.via}, 1.1 ombre`,
    'traceparent',
    trace.traceparent,
  );
  if (trace.tracestate !== undefined) headers.push('tracestate', trace.tracestate);
  for (const part of own) headers.push(part);
  return headers;
}

/** All lines of a header joined with commas; undefined where it is absent. The name is in lower case. */
export function headerIn(raw: readonly string[], wanted: string): string | undefined {
  let found: string | undefined;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] as string;
    if (name.length !== wanted.length || name.toLowerCase() !== wanted) continue;
    found = found === undefined ? raw[index + 1] : `${found}, ${raw[index + 1]}`;
  }
  return found;
}
