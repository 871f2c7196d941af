/**
 * What a header is to a proxy. `hop`: of one connection, not of the message (RFC 9110, 7.6.1, and those that proxies invented).
 * `own`: in Ombre's name. `written`: written anew in requests. Trailer is none of these: trailers of answers are passed on.
 */
export type HeaderRole = 'message' | 'hop' | 'own' | 'written' | 'length' | 'forwarded' | 'trailer';

const ROLES: readonly (readonly [HeaderRole, readonly string[]])[] = [
  [
    'hop',
    [
      'connection',
      'http2-settings',
      'keep-alive',
      'proxy-authenticate',
      'proxy-authorization',
      'proxy-connection',
      'te',
      'transfer-encoding',
      'upgrade',
    ],
  ],
  [
    'written',
    [
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
    ],
  ],
  ['length', ['content-length']],
  ['forwarded', ['forwarded']],
  ['trailer', ['trailer']],
];

const byName: ReadonlyMap<string, HeaderRole> = new Map(
  ROLES.flatMap(([role, names]) => names.map((name) => [name, role] as const)),
);

/** Spellings seen. There are few; a client that makes up many has them forgotten from time to time. */
const bySpelling = new Map<string, HeaderRole>();
const MOST_SPELLINGS = 2_000;

/** The role of a header, however it is spelled. */
export function headerRole(name: string): HeaderRole {
  return bySpelling.get(name) ?? learn(name);
}

function learn(name: string): HeaderRole {
  const lower = name.toLowerCase();
  const role = byName.get(lower) ?? (lower.startsWith('ombre-') ? 'own' : 'message');
  if (bySpelling.size >= MOST_SPELLINGS) bySpelling.clear();
  bySpelling.set(name, role);
  return role;
}

const NONE: ReadonlySet<string> = new Set();

/** The headers that a Connection header names, in lower case. What frames or routes a message cannot be named away. */
export function connectionTokens(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined || !/[^,\s]/.test(connection)) return NONE;
  const lower = connection.toLowerCase();
  if (lower === 'keep-alive' || lower === 'close') return NONE;
  const tokens = lower.split(',').map((token) => token.trim());
  return new Set(tokens.filter((token) => token !== '' && token !== 'content-length' && token !== 'host'));
}
