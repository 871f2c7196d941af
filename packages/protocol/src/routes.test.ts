import { expect, test } from 'vitest';
import { basePath, type RouteId, routePath, routes } from './routes.ts';
import { routeShapes } from './shapes/routes.ts';

const ids = Object.keys(routes) as RouteId[];

test('no two routes share method and path', () => {
  const seen = ids.map((id) => `${routes[id].method} ${routes[id].path}`);
  expect(new Set(seen).size).toBe(seen.length);
});

test('whatever changes something needs the write token, or a signature of its own', () => {
  const readings = new Set<RouteId>([
    'evaluateFlag',
    'evaluateFlags',
    'explain',
    'acknowledge',
    'breakGlass',
  ]);
  for (const id of ids) {
    if (routes[id].method !== 'GET' && !readings.has(id))
      expect([id, routes[id].access]).toEqual([id, 'write']);
    else expect(routes[id].access).not.toBe('write');
  }
});

test('every route says what it answers: a shape or a media type', () => {
  for (const id of ids)
    expect([id, routeShapes[id]?.answer ?? routes[id].media]).not.toEqual([id, undefined]);
});

test('paths escape what is put into them', () => {
  expect(routePath('target', { flag: 'a', unit: 'x/ü?' })).toBe('/v1/flags/a/targets/x%2F%C3%BC%3F');
  expect(basePath('judge/production')).toBe('/p/judge/production');
  expect(basePath(undefined)).toBe('');
});
