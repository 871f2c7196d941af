import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { refusalAnswer } from '../refusal.ts';
import type { Asking, Decision } from '../routing/router.ts';
import { originalRequest } from './original-request.ts';

export interface ForwardAuthParts {
  readonly decide: (asking: Asking) => Decision;
  /** Headers for the client and for the upstream, as name, value …. */
  readonly clientHeaders: (decision: Decision, request: IncomingMessage) => readonly string[];
  readonly decidedHeaders: (decision: Decision) => readonly string[];
}

/**
 * Decides for a gateway that somebody runs already: it asks here what it asks of an authentication service and gets the
 * decision in headers. `/forward-auth` for Traefik and others that hand an answer on as it is; `/auth-request` for nginx, which
 * knows only 2xx, 401 and 403; `/ext-authz/…` for Envoy, which puts the original path behind it. Nothing is proxied and nothing
 * counted: whoever proxies knows how it went.
 */
export function createForwardAuth(parts: ForwardAuthParts): RequestListener {
  return (request, response) => {
    const original = originalRequest(request);
    if (original === undefined) {
      answer(response, 404, [], 'try /forward-auth, /auth-request or /ext-authz/PATH\n');
      return;
    }
    const decision = parts.decide(original.asking);
    const { verdict } = decision;
    const headers = [...parts.decidedHeaders(decision), ...parts.clientHeaders(decision, request)];
    if (verdict.upstream !== undefined) {
      answer(response, 200, [...headers, 'ombre-upstream', verdict.upstream.name], '');
      return;
    }
    const { status, headers: own, body } = refusalAnswer(verdict.refusal);
    // What is no decision at all stays an error: whether to go on without one is for the asking gateway to say.
    const told = original.statuses === 'nginx' && status < 500 ? 403 : status;
    answer(response, told, [...own, ...headers, 'ombre-refusal', verdict.refusal.code], body);
  };
}

function answer(response: ServerResponse, status: number, headers: readonly string[], body: string): void {
  const length = headers.includes('content-length')
    ? []
    : ['content-length', String(Buffer.byteLength(body))];
  response.writeHead(status, ['cache-control', 'no-store', ...length, ...headers.filter(once())]);
  response.end(body);
}

/** Drops a second `cache-control`, which a refusal brings along. */
function once(): (_: string, at: number, all: readonly string[]) => boolean {
  return (_, at, all) => all[at - (at % 2)] !== 'cache-control';
}
