/** Headers of one connection, not of the message (RFC 9110, 7.6.1, and those that proxies invented). Trailer stays: trailers are passed on. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

const NONE: ReadonlySet<string> = new Set();

/** Whether a header, in lower case, ends at this proxy; `named` are those its Connection header names. */
export function isHopByHop(name: string, named: ReadonlySet<string>): boolean {
  return HOP_BY_HOP.has(name) || named.has(name);
}

/** The headers that a Connection header names, in lower case. What frames or routes a message cannot be named away. */
export function connectionTokens(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined || !/[^,\s]/.test(connection)) return NONE;
  const lower = connection.toLowerCase();
  if (lower === 'keep-alive' || lower === 'close') return NONE;
  const tokens = lower.split(',').map((token) => token.trim());
  return new Set(tokens.filter((token) => token !== '' && token !== 'content-length' && token !== 'host'));
}
