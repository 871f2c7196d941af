import { type Route, routes } from '@ombre/protocol';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { afterAll, describe, expect, test } from 'vitest';
import { createDoors } from './address.ts';
import { createEdge } from './edge.ts';
import type { Handlers, ProcessHandlers } from './handler.ts';
import { silent } from './log.ts';
import type { Place, Places } from './place.ts';
import { createCredentials } from './token.ts';

const place = { environment: 'p/e' } as Place;
const places: Places = {
  get: (environment) => (environment === 'p/e' ? place : undefined),
  sole: () => place,
  names: () => ['p/e'],
  all: () => [place],
};
/** Every handler answers that it was reached. */
const handlers = Object.fromEntries(
  Object.keys(routes).map((id) => [id, () => ({ reached: id })]),
) as unknown as Handlers & ProcessHandlers;

const apps: FastifyInstance[] = [];
afterAll(() => Promise.all(apps.map((app) => app.close())));

function edge(
  read: string | undefined,
  loopback = true,
): { app: FastifyInstance; registered: RouteOptions[] } {
  const registered: RouteOptions[] = [];
  const app = createEdge({
    places,
    handlers,
    processHandlers: handlers,
    credentials: createCredentials(read === undefined ? { write: 'w' } : { write: 'w', read }),
    doors: createDoors({ loopback, origins: ['https://shop.example'] }),
    log: silent,
    registered: (route) => registered.push(route),
  });
  apps.push(app);
  return { app, registered };
}

const open = edge(undefined);
const closed = edge('r', false);

/** A request that passes the shape of the route, if it has one. */
function requestTo(route: RouteOptions, headers: Record<string, string> = {}) {
  const url = route.url
    .replace(':project', 'p')
    .replace(':environment', 'e')
    .replaceAll(/:\w+|\*/g, 'x');
  const method = route.method as 'GET';
  return { method, url, headers: { host: '127.0.0.1:7171', ...headers } };
}

async function statusOf(
  app: FastifyInstance,
  route: RouteOptions,
  headers?: Record<string, string>,
): Promise<number> {
  return (await app.inject(requestTo(route, headers))).statusCode;
}

const rule = (route: RouteOptions): Route => route.config?.route as Route;
const name = (route: RouteOptions): string => `${String(route.method)} ${route.url}`;

describe('every route that fastify has', () => {
  test('was made from the table, in all its forms and no other', () => {
    const expected = Object.values(routes).flatMap((route) => {
      const url = route.path.replace('{key}', '*').replaceAll(/\{(\w+)\}/g, ':$1');
      const bare = `${route.method} ${url}`;
      return route.scope === 'process' ? [bare] : [bare, `${route.method} /p/:project/:environment${url}`];
    });
    expect(open.registered.map(name).sort()).toEqual(expected.sort());
  });

  test.each(open.registered.map((route) => [name(route), route] as const))(
    '%s keeps its rule',
    async (_, route) => {
      const { access } = rule(route);
      const refused = [401, 403];
      const wrong = { authorization: 'Bearer wrong' };
      // On loopback reading is open and writing is not.
      expect(refused.includes(await statusOf(open.app, route))).toBe(access === 'write');
      expect(refused.includes(await statusOf(open.app, route, wrong))).toBe(access === 'write');
      expect(refused).not.toContain(await statusOf(open.app, route, { authorization: 'Bearer w' }));
      // Elsewhere reading needs a token too, and the read token does not write.
      expect(refused.includes(await statusOf(closed.app, route))).toBe(access !== 'open');
      expect(refused.includes(await statusOf(closed.app, route, wrong))).toBe(access !== 'open');
      expect(refused.includes(await statusOf(closed.app, route, { 'x-api-key': 'r' }))).toBe(
        access === 'write',
      );
      expect(refused).not.toContain(await statusOf(closed.app, route, { 'x-api-key': 'w' }));
    },
  );

  test.each(open.registered.map((route) => [name(route), route] as const))(
    '%s refuses foreign hosts and origins, token or not',
    async (_, route) => {
      const token = { authorization: 'Bearer w' };
      expect(await statusOf(open.app, route, { ...token, host: 'evil.example:7171' })).toBe(403);
      expect(await statusOf(open.app, route, { ...token, origin: 'https://evil.example' })).toBe(403);
      expect(await statusOf(open.app, route, { ...token, origin: 'null' })).toBe(403);
      expect(await statusOf(open.app, route, { ...token, origin: 'https://shop.example' })).not.toBe(403);
    },
  );
});

test('a route without a rule stops the server from being made', () => {
  expect(() => open.app.get('/forgotten', () => 'open to all')).toThrow();
  const fresh = edge(undefined).app;
  expect(() => fresh.get('/forgotten', () => 'open to all')).toThrow(/no rule/);
});

test('a refusal says how to do better, and nothing about the token', async () => {
  const answer = await open.app.inject({ method: 'POST', url: '/v1/apply', headers: { host: 'localhost' } });
  expect(answer.json()).toMatchObject({ code: 'UNAUTHENTICATED', doc: 'docs/errors.md#unauthenticated' });
  expect(answer.headers['www-authenticate']).toBe('Bearer');
  const reader = await closed.app.inject({
    method: 'POST',
    url: '/v1/apply',
    headers: { host: 'localhost', authorization: 'bearer r' },
  });
  expect([reader.statusCode, reader.json().code]).toEqual([403, 'FORBIDDEN']);
  // Where everybody may read, a token that is none is no reader's either.
  const stranger = await open.app.inject({
    method: 'POST',
    url: '/v1/apply',
    headers: { host: 'localhost', authorization: 'bearer stranger' },
  });
  expect([stranger.statusCode, stranger.json().message]).toEqual([
    401,
    'The token shown is none of this server.',
  ]);
});

test('a page of an allowed origin gets its preflight and its headers', async () => {
  const headers = { host: 'localhost', origin: 'https://shop.example' };
  const preflight = await open.app.inject({
    method: 'OPTIONS',
    url: '/ofrep/v1/evaluate/flags',
    headers: { ...headers, 'access-control-request-method': 'POST' },
  });
  expect(preflight.statusCode).toBe(204);
  expect(preflight.headers['access-control-allow-headers']).toContain('if-none-match');
  const answer = await open.app.inject({ method: 'POST', url: '/ofrep/v1/evaluate/flags', headers });
  expect(answer.headers['access-control-allow-origin']).toBe('https://shop.example');
  expect(answer.headers['access-control-expose-headers']).toContain('etag');
});

test('the ticket of an event stream opens that stream and nothing else', async () => {
  const ticket = createCredentials({ write: 'w', read: 'r' }).ticket('p/e');
  const get = (url: string) => closed.app.inject({ method: 'GET', url, headers: { host: 'x.example' } });
  expect((await get(`/ofrep/v1/events?ticket=${ticket}`)).statusCode).toBe(200);
  expect((await get(`/p/p/e/ofrep/v1/events?ticket=${ticket}`)).statusCode).toBe(200);
  expect((await get('/ofrep/v1/events?ticket=wrong')).statusCode).toBe(401);
  expect((await get(`/v1/sync/stream?ticket=${ticket}`)).statusCode).toBe(401);
  expect((await get(`/v1/resources?ticket=${ticket}`)).statusCode).toBe(401);
});
