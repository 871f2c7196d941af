import type { Route } from '@ombre/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Doors } from './address.ts';
import type { Place, Places } from './place.ts';
import { Refusal } from './refusal.ts';
import type { Credentials } from './token.ts';

export interface GuardOptions {
  readonly doors: Doors;
  readonly credentials: Credentials;
  readonly places: Places;
}

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, PUT, POST, DELETE',
  'access-control-allow-headers':
    'authorization, content-type, if-match, if-none-match, last-event-id, x-api-key',
  'access-control-max-age': '600',
};

/** Runs before every request, before its body is read: host, origin, then the rule of the route. A path without a rule is no route. */
export function guard(
  options: GuardOptions,
): (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void {
  const { doors, credentials } = options;
  return (request, reply, done) => {
    const { host, origin } = request.headers;
    if (!doors.acceptsHost(host)) return done(new Refusal('HOST_REFUSED'));
    if (origin !== undefined) {
      if (!doors.acceptsOrigin(origin, host)) return done(new Refusal('ORIGIN_REFUSED'));
      void reply
        .header('access-control-allow-origin', origin)
        .header('access-control-expose-headers', 'etag, retry-after')
        .header('vary', 'origin');
      if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
        void reply.code(204).headers(PREFLIGHT).send();
        return;
      }
    }
    const route = request.routeOptions.config.route;
    if (route === undefined || route.access === 'open') return done();
    if (route.access === 'read' && credentials.readIsOpen) return done();
    const shown = shownToken(request);
    if (credentials.allows(route.access, shown) || hasTicket(request, route, options)) return done();
    if (route.handedOn === true && credentials.isHandedOn(shown)) return done();
    if (route.access === 'write' && !credentials.readIsOpen && credentials.allows('read', shown)) {
      return done(new Refusal('FORBIDDEN'));
    }
    const why = shown === undefined ? undefined : 'The token shown is none of this server.';
    done(new Refusal('UNAUTHENTICATED', why, {}, { 'www-authenticate': 'Bearer' }));
  };
}

function shownToken(request: FastifyRequest): string | undefined {
  const { authorization, 'x-api-key': key } = request.headers;
  const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  return bearer ?? (typeof key === 'string' ? key : undefined);
}

/** A browser's event stream has no headers, so its address carries a ticket that opens this one stream. */
function hasTicket(request: FastifyRequest, route: Route, { credentials, places }: GuardOptions): boolean {
  if (route.media !== 'text/event-stream' || !route.path.startsWith('/ofrep/')) return false;
  const ticket = (request.query as Readonly<Record<string, unknown>>).ticket;
  if (typeof ticket !== 'string') return false;
  const { project, environment } = request.params as Readonly<Record<string, string | undefined>>;
  const place: Place | undefined =
    project === undefined ? places.sole() : places.get(`${project}/${environment}`);
  return place !== undefined && credentials.isTicket(place.environment, ticket);
}
