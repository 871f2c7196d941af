import { createServer, type RequestListener, type Server } from 'node:http';
import { BREAK_GLASS_PATH } from '@ombre/carry';

/** What the admin port answers from. */
export interface AdminParts {
  readonly metrics: () => string;
  readonly routes: () => unknown;
  /** Undefined: ready. Else why not. */
  readonly unready: () => string | undefined;
  /** Answers for kills that an operator signed, see `breakGlassDoor`. */
  readonly breakGlass: RequestListener;
}

/**
 * `/metrics` for Prometheus, `/routes` as JSON, `/healthz`, `/readyz`, and `/v1/break-glass`, where alone something can be changed, by a signature.
 * Listens where no client of the gateway can reach it.
 */
export function createAdmin({ metrics, routes, unready, breakGlass }: AdminParts): Server {
  return createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path === BREAK_GLASS_PATH) return breakGlass(request, response);
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(405, 'text/plain', 'read only\n');
    switch (path) {
      case '/metrics':
        return answer(200, 'text/plain; version=0.0.4; charset=utf-8', metrics());
      case '/routes':
        return answer(200, 'application/json', `${JSON.stringify(routes(), null, 2)}\n`);
      case '/healthz':
        return answer(200, 'text/plain', 'ok\n');
      case '/readyz': {
        const why = unready();
        return answer(why === undefined ? 200 : 503, 'text/plain', `${why ?? 'ready'}\n`);
      }
      default:
        return answer(404, 'text/plain', 'try /metrics, /routes, /healthz, /readyz or /v1/break-glass\n');
    }
  });
}
