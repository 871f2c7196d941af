import { type Route, type RouteId, routes } from '@ombre/protocol';
import { failureSchema, ofrepBulkFailure, ofrepFailure, routeShapes } from '@ombre/protocol/shapes';
import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';

/** The whole interface as OpenAPI 3.1, written from the shapes that requests are checked by. */
export function openApiDocument(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const id of Object.keys(routes) as RouteId[]) {
    const route = routes[id];
    const path = route.scope === 'process' ? route.path : `/p/{project}/{environment}${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(id, route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Ombre',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Paths of an environment may be asked bare, without /p/{project}/{environment}, where only one environment lives here.',
    },
    servers: [{ url: '/' }],
    security: [{ BearerAuth: [] }, { ApiKeyAuth: [] }, {}],
    components: {
      securitySchemes: {
        BearerAuth: { type: 'http', scheme: 'bearer' },
        ApiKeyAuth: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
    paths: paths as ZodOpenApiPathsObject,
  }) as unknown as Record<string, unknown>;
}

function operation(id: RouteId, route: Route): ZodOpenApiOperationObject {
  const shape = routeShapes[id];
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
  const all = route.scope === 'environment' ? ['project', 'environment', ...names] : names;
  const path = Object.fromEntries(all.map((name) => [name, z.string()]));
  const success =
    shape?.answer === undefined
      ? { [route.media ?? 'text/plain']: { schema: z.string() } }
      : { 'application/json': { schema: shape.answer } };
  return {
    operationId: id,
    summary: route.summary,
    tags: [route.path.split('/')[1] === 'ofrep' ? 'OFREP' : (route.path.split('/')[2] ?? 'process')],
    ...(route.access === 'write' ? { security: [{ BearerAuth: [] }, { ApiKeyAuth: [] }] } : {}),
    ...(route.access === 'open' ? { security: [{}] } : {}),
    requestParams: {
      ...(all.length > 0 ? { path: z.object(path) } : {}),
      ...(shape?.query === undefined ? {} : { query: shape.query }),
      ...(route.header === undefined ? {} : { header: z.object({ [route.header]: z.string() }) }),
    },
    ...(shape?.body === undefined
      ? {}
      : { requestBody: { content: { 'application/json': { schema: shape.body } } } }),
    responses: {
      '200': { description: 'Done', content: success },
      ...(id === 'evaluateFlags' ? { '304': { description: 'Not modified' } } : {}),
      ...evaluationFailures(id),
      default: { description: 'Refused', content: { 'application/json': { schema: failureSchema } } },
    },
  };
}

function evaluationFailures(id: RouteId): ZodOpenApiOperationObject['responses'] {
  if (id === 'evaluateFlags') {
    return {
      '400': { description: 'Bad request', content: { 'application/json': { schema: ofrepBulkFailure } } },
    };
  }
  if (id !== 'evaluateFlag') return {};
  const content = { 'application/json': { schema: ofrepFailure } };
  return { '400': { description: 'Bad request', content }, '404': { description: 'No such flag', content } };
}
