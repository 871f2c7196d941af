import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { basePath, errors, failure, type Route, type RouteId, routes } from '@ombre/protocol';
import { type RouteShape, routeShapes } from '@ombre/protocol/shapes';
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  type RouteOptions,
} from 'fastify';
import type { Doors } from './address.ts';
import { guard } from './guard.ts';
import type { Call, Handler, Handlers, ProcessCall, ProcessHandler, ProcessHandlers } from './handler.ts';
import { readJsonBody } from './json-body.ts';
import type { Log } from './log.ts';
import type { Place, Places } from './place.ts';
import { Refusal } from './refusal.ts';
import { sendFailure } from './send-failure.ts';
import type { Credentials } from './token.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The row of the table of routes that this route was made from. */
    route?: Route;
  }
}

export interface EdgeOptions {
  readonly places: Places;
  readonly handlers: Handlers;
  readonly processHandlers: ProcessHandlers;
  readonly credentials: Credentials;
  readonly doors: Doors;
  readonly log: Log;
  /** Told of every answer that is a failure. */
  readonly failed?: (code: string) => void;
  /** Told of every route as fastify takes it. */
  readonly registered?: (route: RouteOptions) => void;
  /** Milliseconds in which a request must have arrived. */
  readonly requestTimeout?: number | undefined;
}

const SMALL_BODY = 64 * 1024;
/** OFREP's keys may hold anything that clients put into a path unescaped. */
const REST_OF_PATH = '*';

/** The HTTP server: exactly the routes of the table, each behind its rule of access. Does not listen yet. */
export function createEdge(options: EdgeOptions): FastifyInstance {
  const { requestTimeout = 30_000 } = options;
  const app = fastify({
    logger: false,
    bodyLimit: SMALL_BODY,
    routerOptions: { maxParamLength: 1024 },
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    requestTimeout,
    http: {
      headersTimeout: requestTimeout,
      // Late requests are looked for this often.
      connectionsCheckingInterval: Math.max(100, requestTimeout / 4),
    },
    clientErrorHandler: refuseClient,
    // Longer than proxies keep theirs, so that they close first.
    keepAliveTimeout: 72_000,
    return503OnClosing: true,
    frameworkErrors: (error, request, reply) => void sendFailure(error, request, reply, options),
  });
  app.addHook('onRoute', (route) => {
    if (route.config?.route === undefined) throw new Error(`${route.url} has no rule of access`);
    options.registered?.(route);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    if (text === '') return done(null, undefined);
    const body = readJsonBody(text as string);
    if (body.ok) done(null, body.value);
    else done(new Refusal(body.code));
  });
  app.addHook('onRequest', guard(options));
  app.setErrorHandler((error, request, reply) => sendFailure(error, request, reply, options));
  app.setNotFoundHandler((request, reply) => {
    options.failed?.('NOT_FOUND');
    return reply
      .code(404)
      .send(
        failure(
          'NOT_FOUND',
          `There is no ${request.method} ${request.url.split('?')[0]}; /openapi.json lists what there is.`,
        ),
      );
  });

  for (const id of Object.keys(routes) as RouteId[]) {
    const route = routes[id];
    if (route.scope === 'process') {
      register(
        app,
        route,
        '',
        onProcess(routeShapes[id], options.processHandlers[id as keyof ProcessHandlers]),
      );
      continue;
    }
    const handler = options.handlers[id as keyof Handlers];
    // OFREP reads its bodies itself: its failures have their own shape, and its requests are many.
    const shape = route.path.startsWith('/ofrep/') ? undefined : routeShapes[id];
    register(app, route, '', onPlace(shape, handler, options.places, false));
    register(app, route, '/p/:project/:environment', onPlace(shape, handler, options.places, true));
  }
  return app;
}

/** Bytes that are no request, or come too late, never reach a handler. */
function refuseClient(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const code = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'REQUEST_TIMEOUT' : 'REQUEST_INVALID';
  const body = JSON.stringify(
    failure(code, code === 'REQUEST_INVALID' ? 'These bytes are no HTTP/1.1 request.' : undefined),
  );
  const { status } = errors[code];
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json\r\n`;
  if (socket.writable) socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  socket.destroySoon();
}

type FastifyHandler = (request: FastifyRequest, reply: FastifyReply) => unknown;

function register(app: FastifyInstance, route: Route, prefix: string, handler: FastifyHandler): void {
  const path = route.path.replace('{key}', REST_OF_PATH).replaceAll(/\{(\w+)\}/g, ':$1');
  app.route({
    method: route.method,
    url: `${prefix}${path}`,
    config: { route },
    bodyLimit: route.maxBody ?? SMALL_BODY,
    handler,
  });
}

function onProcess(shape: RouteShape | undefined, handler: ProcessHandler): FastifyHandler {
  return (request, reply) => handler(checked(shape, request, reply));
}

function onPlace(
  shape: RouteShape | undefined,
  handler: Handler,
  places: Places,
  prefixed: boolean,
): FastifyHandler {
  return (request, reply) => {
    const place = placeOf(request, places, prefixed);
    const call = checked(shape, request, reply) as ProcessCall & { place: Place; prefixed: boolean };
    call.place = place;
    call.prefixed = prefixed;
    return handler(call satisfies Call);
  };
}

function placeOf(request: FastifyRequest, places: Places, prefixed: boolean): Place {
  if (!prefixed) {
    const sole = places.sole();
    if (sole !== undefined) return sole;
    throw new Refusal(places.names().length === 0 ? 'ENVIRONMENT_UNKNOWN' : 'ENVIRONMENT_AMBIGUOUS');
  }
  const { project, environment } = request.params as Record<string, string>;
  const found = places.get(`${project}/${environment}`);
  if (found === undefined)
    throw new Refusal(
      'ENVIRONMENT_UNKNOWN',
      `There is no environment ${basePath(`${project}/${environment}`)}.`,
    );
  return found;
}

function checked(shape: RouteShape | undefined, request: FastifyRequest, reply: FastifyReply): ProcessCall {
  const parameters = request.params as Record<string, string>;
  const rest = parameters[REST_OF_PATH];
  const body = shape?.envelope ?? shape?.body;
  return {
    parameters: rest === undefined ? parameters : { key: rest },
    query:
      shape?.query === undefined
        ? {}
        : (fits(shape.query, request.query, 'query') as Record<string, unknown>),
    body: body === undefined ? request.body : fits(body, request.body ?? {}, 'body'),
    request,
    reply,
  };
}

function fits(schema: NonNullable<RouteShape['body']>, value: unknown, part: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  const where = [part, ...(first?.path ?? [])].join('.');
  throw new Refusal('REQUEST_INVALID', `${where}: ${first?.message ?? 'has another shape'}`);
}
