import { createServer, type RequestListener, type Server } from 'node:http';
import { BREAK_GLASS_PATH } from '@ombre/carry';

/** What the admin port answers from. */
export interface AdminParts {
  readonly metrics: () => string | Promise<string>;
  readonly routes: () => unknown;
  /** The processes of a group; absent where there is only this one. */
  readonly workers?: () => unknown;
  /** Undefined: ready. Else why not. */
  readonly unready: () => string | undefined | Promise<string | undefined>;
  /** Answers for kills that an operator signed, see `breakGlassDoor`. */
  readonly breakGlass: RequestListener;
}

type Page = readonly [status: number, type: string, body: string];

const NOT_FOUND: Page = [
  404,
  'text/plain',
  'try /metrics, /routes, /healthz, /readyz or /v1/break-glass; with several workers also /workers\n',
];

/**
 * `/metrics` for Prometheus, `/routes` and, for a group, `/workers` as JSON, `/healthz`, `/readyz`, and `/v1/break-glass`, where alone something can be changed, by a signature.
 * Listens where no client of the gateway can reach it.
 */
export function createAdmin({ metrics, routes, workers, unready, breakGlass }: AdminParts): Server {
  return createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path === BREAK_GLASS_PATH) return breakGlass(request, response);
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(405, 'text/plain', 'read only\n');
    page(path).then(
      (args) => answer(...args),
      () => answer(500, 'text/plain', 'failed\n'),
    );
  });

  async function page(path: string | undefined): Promise<Page> {
    switch (path) {
      case '/metrics':
        return [200, 'text/plain; version=0.0.4; charset=utf-8', await metrics()];
      case '/routes':
        return [200, 'application/json', `${JSON.stringify(await routes(), null, 2)}\n`];
      case '/workers':
        return workers === undefined
          ? NOT_FOUND
          : [200, 'application/json', `${JSON.stringify(workers(), null, 2)}\n`];
      case '/healthz':
        return [200, 'text/plain', 'ok\n'];
      case '/readyz': {
        const why = await unready();
        return [why === undefined ? 200 : 503, 'text/plain', `${why ?? 'ready'}\n`];
      }
      default:
        return NOT_FOUND;
    }
  }
}
