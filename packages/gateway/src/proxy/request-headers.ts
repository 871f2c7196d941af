import type { HttpClient } from '@ombre/protocol';
import { connectionTokens, isHopByHop } from './hop-by-hop.ts';
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

/** Written anew here. */
const REPLACED: ReadonlySet<string> = new Set([
  'baggage',
  'expect',
  'host',
  'traceparent',
  'tracestate',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
]);

/**
 * The headers for the upstream as name, value, name, value …, in the client's order and spelling. What the client says of where it
 * comes from is kept if its peer is trusted, and replaced if not. Baggage is left out: what of it goes where depends on the endpoint.
 */
export function requestHeaders(raw: readonly string[], hasBody: boolean, passage: Passage): string[] {
  const headers: string[] = ['host', passage.host];
  const kept: Record<string, string> = {};
  const named = connectionTokens(headerIn(raw, 'connection'));
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] as string;
    const value = raw[index + 1] as string;
    const lower = name.toLowerCase();
    if (REPLACED.has(lower)) {
      kept[lower] = kept[lower] === undefined ? value : `${kept[lower]}, ${value}`;
      continue;
    }
    if (isHopByHop(lower, named) || lower === 'trailer' || lower.startsWith('ombre-')) continue;
    if (lower === 'content-length' && !hasBody) continue;
    if (lower === 'forwarded' && !passage.client.forwarded) continue;
    headers.push(name, value);
  }
  const { client, trace } = passage;
  const believed = client.forwarded ? kept : {};
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
    kept.via === undefined ? '1.1 ombre' : `${kept.via}, 1.1 ombre`,
    'traceparent',
    trace.traceparent,
  );
  if (trace.tracestate !== undefined) headers.push('tracestate', trace.tracestate);
  headers.push(...passage.own);
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
