import type { IncomingMessage } from 'node:http';

/** Where a request wants to go, in origin form. */
export interface Target {
  readonly path: string;
  readonly host: string;
}

/**
 * Path and host of a request; undefined where they can be read in more than one way: several Host headers, a target that is
 * neither a path nor an absolute http address (RFC 9112, 3.2).
 */
export function targetOf(request: IncomingMessage): Target | undefined {
  let hosts = 0;
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  const { url = '', headers } = request;
  if (hosts > 1) return undefined;
  if (url.startsWith('/')) return { path: url, host: headers.host ?? '' };
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return undefined;
  const { pathname, search, host } = new URL(url);
  return { path: pathname + search, host };
}
