import { connectionTokens, headerRole } from './header-role.ts';
import { headerIn } from './request-headers.ts';

/**
 * The headers for the client as name, value, name, value …, those of the connection to the upstream left out, `own` added. Trailers
 * are announced only where the answer is `chunked` on its way to the client: nowhere else can they come.
 */
export function responseHeaders(raw: readonly string[], own: readonly string[], chunked = false): string[] {
  const named = connectionTokens(headerIn(raw, 'connection'));
  const headers: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] as string;
    const role = headerRole(name);
    if (role === 'hop' || role === 'own' || (role === 'trailer' && !chunked)) continue;
    if (named.size > 0 && named.has(name.toLowerCase())) continue;
    headers.push(name, raw[index + 1] as string);
  }
  for (const part of own) headers.push(part);
  return headers;
}
