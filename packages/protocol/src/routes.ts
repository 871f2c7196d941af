import { z } from 'zod';
import { ofrepBulk, ofrepRequest, ofrepSuccess } from './ofrep/shape.ts';
import type { Route } from './route.ts';
import { acknowledgement, acknowledgementAnswer, receiverView } from './sync/acknowledgement.ts';
import { signedHeadSchema } from './sync/event.ts';
import {
  applied,
  applyRequest,
  overrideRequest,
  rollbackRequest,
  storedResource,
  targetRequest,
} from './wire/change.ts';
import { historyVerdict, wireChange, wireChangeDetail } from './wire/history.ts';
import { statusSchema } from './wire/status.ts';

export type RouteId =
  | 'evaluateFlag'
  | 'evaluateFlags'
  | 'evaluationEvents'
  | 'listResources'
  | 'getResource'
  | 'putResource'
  | 'deleteResource'
  | 'apply'
  | 'export'
  | 'listHistory'
  | 'verifyHistory'
  | 'getChange'
  | 'rollback'
  | 'kill'
  | 'unkill'
  | 'target'
  | 'untarget'
  | 'listOverrides'
  | 'explain'
  | 'listReceivers'
  | 'status'
  | 'backup'
  | 'syncHead'
  | 'syncStream'
  | 'syncSnapshot'
  | 'acknowledge'
  | 'environments'
  | 'health'
  | 'ready'
  | 'metrics'
  | 'openapi';

const MIB = 1024 * 1024;
const count = z.coerce.number().int().min(0);

/** Every route of the control plane. The edge registers exactly these; the OpenAPI document and the rules of access come from here. */
export const routes: Readonly<Record<RouteId, Route>> = {
  evaluateFlag: {
    method: 'POST',
    path: '/ofrep/v1/evaluate/flags/{key}',
    scope: 'environment',
    access: 'read',
    summary: 'OFREP: evaluate one flag',
    body: ofrepRequest,
    maxBody: MIB,
    answer: ofrepSuccess,
  },
  evaluateFlags: {
    method: 'POST',
    path: '/ofrep/v1/evaluate/flags',
    scope: 'environment',
    access: 'read',
    summary: 'OFREP: evaluate all flags',
    query: z.object({ flagConfigEtag: z.string().optional(), flagConfigLastModified: z.string().optional() }),
    body: ofrepRequest,
    maxBody: MIB,
    answer: ofrepBulk,
  },
  evaluationEvents: {
    method: 'GET',
    path: '/ofrep/v1/events',
    scope: 'environment',
    access: 'read',
    summary: 'OFREP: event stream that says when to evaluate again',
    answer: 'text/event-stream',
  },
  listResources: {
    method: 'GET',
    path: '/v1/resources',
    scope: 'environment',
    access: 'read',
    summary: 'Resources with origin and generation',
    query: z.object({ kind: z.string().optional(), origin: z.enum(['files', 'api']).optional() }),
    answer: z.object({ revision: z.int(), resources: z.array(storedResource) }),
  },
  getResource: {
    method: 'GET',
    path: '/v1/resources/{kind}/{name}',
    scope: 'environment',
    access: 'read',
    summary: 'One resource; its generation is the ETag',
    answer: storedResource,
  },
  putResource: {
    method: 'PUT',
    path: '/v1/resources/{kind}/{name}',
    scope: 'environment',
    access: 'write',
    summary: 'Create or replace one resource of origin api; If-Match is the generation, "0" to create',
    query: z.object({ why: z.string().max(1000).optional(), author: z.string().max(200).optional() }),
    body: z.looseObject({}),
    maxBody: 16 * MIB,
    header: 'If-Match',
    answer: applied,
  },
  deleteResource: {
    method: 'DELETE',
    path: '/v1/resources/{kind}/{name}',
    scope: 'environment',
    access: 'write',
    summary: 'Delete one resource of origin api',
    query: z.object({ why: z.string().max(1000).optional(), author: z.string().max(200).optional() }),
    header: 'If-Match',
    answer: applied,
  },
  apply: {
    method: 'POST',
    path: '/v1/apply',
    scope: 'environment',
    access: 'write',
    summary: 'Make the resources of one origin be exactly these, in one revision; dryRun answers the diff',
    body: applyRequest,
    maxBody: 64 * MIB,
    answer: applied,
  },
  export: {
    method: 'GET',
    path: '/v1/export',
    scope: 'environment',
    access: 'read',
    summary: 'Resources as YAML',
    query: z.object({ origin: z.enum(['files', 'api']).optional() }),
    answer: 'application/yaml',
  },
  listHistory: {
    method: 'GET',
    path: '/v1/history',
    scope: 'environment',
    access: 'read',
    summary: 'Changes, newest first',
    query: z.object({ before: count.optional(), limit: count.max(1000).optional() }),
    answer: z.object({ changes: z.array(wireChange) }),
  },
  verifyHistory: {
    method: 'GET',
    path: '/v1/history/verify',
    scope: 'environment',
    access: 'read',
    summary: 'Recompute the hash chain',
    answer: historyVerdict,
  },
  getChange: {
    method: 'GET',
    path: '/v1/history/{revision}',
    scope: 'environment',
    access: 'read',
    summary: 'One change with its diff',
    answer: wireChangeDetail,
  },
  rollback: {
    method: 'POST',
    path: '/v1/rollback',
    scope: 'environment',
    access: 'write',
    summary: 'Bring the spec of an earlier revision back as a new revision',
    body: rollbackRequest,
    answer: applied,
  },
  kill: {
    method: 'PUT',
    path: '/v1/flags/{flag}/kill',
    scope: 'environment',
    access: 'write',
    summary: 'Serve the off variant to everybody until lifted',
    body: overrideRequest,
    answer: applied,
  },
  unkill: {
    method: 'DELETE',
    path: '/v1/flags/{flag}/kill',
    scope: 'environment',
    access: 'write',
    summary: 'Lift a kill',
    query: z.object({ why: z.string().max(1000).optional(), author: z.string().max(200).optional() }),
    answer: applied,
  },
  target: {
    method: 'PUT',
    path: '/v1/flags/{flag}/targets/{unit}',
    scope: 'environment',
    access: 'write',
    summary: 'Serve one unit a variant',
    body: targetRequest,
    answer: applied,
  },
  untarget: {
    method: 'DELETE',
    path: '/v1/flags/{flag}/targets/{unit}',
    scope: 'environment',
    access: 'write',
    summary: 'Lift an individual target',
    query: z.object({ why: z.string().max(1000).optional(), author: z.string().max(200).optional() }),
    answer: applied,
  },
  listOverrides: {
    method: 'GET',
    path: '/v1/overrides',
    scope: 'environment',
    access: 'read',
    summary: 'What operators have laid over flags',
    answer: z.object({ overrides: z.array(z.looseObject({ flag: z.string() })) }),
  },
  explain: {
    method: 'POST',
    path: '/v1/explain',
    scope: 'environment',
    access: 'read',
    summary: 'Why a flag answers what it answers for a context',
    body: z.strictObject({
      flag: z.string().min(1).max(200),
      context: z.looseObject({}).exactOptional(),
      now: z.number().exactOptional(),
    }),
    maxBody: MIB,
    answer: z.looseObject({}),
  },
  listReceivers: {
    method: 'GET',
    path: '/v1/receivers',
    scope: 'environment',
    access: 'read',
    summary: 'Who runs which revision, and how far behind',
    answer: z.object({ revision: z.int(), lineage: z.string(), receivers: z.array(receiverView) }),
  },
  status: {
    method: 'GET',
    path: '/v1/status',
    scope: 'environment',
    access: 'read',
    summary: 'What is served, and what the directory last said',
    answer: statusSchema,
  },
  backup: {
    method: 'POST',
    path: '/v1/backup',
    scope: 'process',
    access: 'write',
    summary: 'Write a consistent copy of the store into the data directory',
    answer: z.looseObject({}),
  },
  syncHead: {
    method: 'GET',
    path: '/v1/sync/head',
    scope: 'environment',
    access: 'read',
    summary: 'The signed head',
    answer: signedHeadSchema,
  },
  syncStream: {
    method: 'GET',
    path: '/v1/sync/stream',
    scope: 'environment',
    access: 'read',
    summary: 'Deltas as they are committed; resumes after Last-Event-ID',
    query: z.object({ receiver: z.string().max(100).optional() }),
    answer: 'text/event-stream',
  },
  syncSnapshot: {
    method: 'GET',
    path: '/v1/sync/snapshots/{digest}',
    scope: 'environment',
    access: 'read',
    summary: 'A full snapshot, immutable',
    answer: 'application/vnd.ombre.snapshot',
  },
  acknowledge: {
    method: 'POST',
    path: '/v1/sync/ack',
    scope: 'environment',
    access: 'read',
    summary: 'A receiver says what it serves and renews its lease',
    body: acknowledgement,
    maxBody: MIB,
    answer: acknowledgementAnswer,
  },
  environments: {
    method: 'GET',
    path: '/v1/environments',
    scope: 'process',
    access: 'read',
    summary: 'The environments served here',
    answer: z.object({ environments: z.array(z.string()) }),
  },
  health: {
    method: 'GET',
    path: '/healthz',
    scope: 'process',
    access: 'open',
    summary: 'The process answers',
    answer: z.object({ status: z.literal('ok') }),
  },
  ready: {
    method: 'GET',
    path: '/readyz',
    scope: 'process',
    access: 'open',
    summary: 'The process can evaluate and write',
    answer: z.object({ status: z.literal('ready') }),
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    scope: 'process',
    access: 'read',
    summary: 'Prometheus metrics',
    answer: 'text/plain',
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    scope: 'process',
    access: 'open',
    summary: 'This interface as OpenAPI 3.1',
    answer: z.looseObject({}),
  },
};

/** The path of an environment's routes; an environment is `project/environment`, absent: the bare base. */
export function basePath(environment: string | undefined): string {
  if (environment === undefined) return '';
  const [project = '', name = ''] = environment.split('/');
  return `/p/${encodeURIComponent(project)}/${encodeURIComponent(name)}`;
}

/** The path of a route with its parameters put in, escaped. */
export function routePath(id: RouteId, parameters: Readonly<Record<string, string | number>> = {}): string {
  return routes[id].path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(parameters[name] ?? '')),
  );
}
