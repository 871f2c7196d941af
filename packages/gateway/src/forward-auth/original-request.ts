import type { IncomingMessage } from 'node:http';
import type { Asking } from '../routing/router.ts';

/** The request that another gateway asks about. */
export interface Original {
  readonly asking: Asking;
  /** `nginx`: the asker knows 2xx, 401 and 403 only. */
  readonly statuses: 'all' | 'nginx';
}

const EXT_AUTHZ = '/ext-authz';

/** What a gateway tells of the request it asks about; undefined where the path is none of ours. */
export function originalRequest(request: IncomingMessage): Original | undefined {
  const { url = '/', method = 'GET', headers, socket } = request;
  if (url === EXT_AUTHZ || url.startsWith(`${EXT_AUTHZ}/`)) {
    return { asking: { url: url.slice(EXT_AUTHZ.length) || '/', method, headers, socket }, statuses: 'all' };
  }
  const path = url.split('?', 1)[0];
  if (path !== '/forward-auth' && path !== '/auth-request') return undefined;
  const asking = {
    url: first(headers['x-original-uri']) ?? first(headers['x-forwarded-uri']) ?? '/',
    method: first(headers['x-original-method']) ?? first(headers['x-forwarded-method']) ?? method,
    headers: hostOf(headers),
    socket,
  };
  return { asking, statuses: path === '/auth-request' ? 'nginx' : 'all' };
}

/** The client's host, where the asker's own request names another. */
function hostOf(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const host = first(headers['x-forwarded-host']) ?? headers.host;
  return host === headers.host ? headers : { ...headers, ...(host === undefined ? {} : { host }) };
}

function first(value: string | readonly string[] | undefined): string | undefined {
  const text = typeof value === 'object' ? value[0] : value;
  return text === '' ? undefined : text;
}
