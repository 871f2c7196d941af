import type { Route } from './route.ts';

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
  | 'makeDeveloperToken'
  | 'target'
  | 'untarget'
  | 'breakGlass'
  | 'listOverrides'
  | 'explain'
  | 'listReceivers'
  | 'listReleases'
  | 'getRelease'
  | 'releaseEvents'
  | 'releasePlan'
  | 'pauseRelease'
  | 'resumeRelease'
  | 'promoteRelease'
  | 'abortRelease'
  | 'approveRelease'
  | 'landRelease'
  | 'twoPhase'
  | 'getTwoPhase'
  | 'counters'
  | 'status'
  | 'backup'
  | 'listKeys'
  | 'prepareKey'
  | 'rotateKey'
  | 'forgetKey'
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

/** Every route of the control plane. The edge registers exactly these; the OpenAPI document and the rules of access come from here. */
export const routes: Readonly<Record<RouteId, Route>> = {
  evaluateFlag: {
    method: 'POST',
    path: '/ofrep/v1/evaluate/flags/{key}',
    scope: 'environment',
    access: 'read',
    summary: 'OFREP: evaluate one flag',
    maxBody: MIB,
  },
  evaluateFlags: {
    method: 'POST',
    path: '/ofrep/v1/evaluate/flags',
    scope: 'environment',
    access: 'read',
    summary: 'OFREP: evaluate all flags',
    maxBody: MIB,
  },
  evaluationEvents: {
    method: 'GET',
    path: '/ofrep/v1/events',
    scope: 'environment',
    access: 'read',
    summary: 'OFREP: event stream that says when to evaluate again',
    media: 'text/event-stream',
  },
  listResources: {
    method: 'GET',
    path: '/v1/resources',
    scope: 'environment',
    access: 'read',
    summary: 'Resources with origin and generation',
  },
  getResource: {
    method: 'GET',
    path: '/v1/resources/{kind}/{name}',
    scope: 'environment',
    access: 'read',
    summary: 'One resource; its generation is the ETag',
  },
  putResource: {
    method: 'PUT',
    path: '/v1/resources/{kind}/{name}',
    scope: 'environment',
    access: 'write',
    summary: 'Create or replace one resource of origin api; If-Match is the generation, "0" to create',
    maxBody: 16 * MIB,
    header: 'If-Match',
  },
  deleteResource: {
    method: 'DELETE',
    path: '/v1/resources/{kind}/{name}',
    scope: 'environment',
    access: 'write',
    summary: 'Delete one resource of origin api',
    header: 'If-Match',
  },
  apply: {
    method: 'POST',
    path: '/v1/apply',
    scope: 'environment',
    access: 'write',
    summary: 'Make the resources of one origin be exactly these, in one revision; dryRun answers the diff',
    maxBody: 64 * MIB,
  },
  export: {
    method: 'GET',
    path: '/v1/export',
    scope: 'environment',
    access: 'read',
    summary: 'Resources as YAML',
    media: 'application/yaml',
  },
  listHistory: {
    method: 'GET',
    path: '/v1/history',
    scope: 'environment',
    access: 'read',
    summary: 'Changes, newest first',
  },
  verifyHistory: {
    method: 'GET',
    path: '/v1/history/verify',
    scope: 'environment',
    access: 'read',
    summary: 'Recompute the hash chain',
  },
  getChange: {
    method: 'GET',
    path: '/v1/history/{revision}',
    scope: 'environment',
    access: 'read',
    summary: 'One change with its diff',
  },
  rollback: {
    method: 'POST',
    path: '/v1/rollback',
    scope: 'environment',
    access: 'write',
    summary: 'Bring the spec of an earlier revision back as a new revision',
  },
  kill: {
    method: 'PUT',
    path: '/v1/flags/{flag}/kill',
    scope: 'environment',
    access: 'write',
    summary: 'Serve the off variant to everybody until lifted',
  },
  makeDeveloperToken: {
    method: 'POST',
    path: '/v1/developer-tokens',
    scope: 'environment',
    access: 'write',
    summary: 'Sign a token that says who a developer is, for a while; conditions ask for developer.id',
  },
  unkill: {
    method: 'DELETE',
    path: '/v1/flags/{flag}/kill',
    scope: 'environment',
    access: 'write',
    summary: 'Lift a kill',
  },
  target: {
    method: 'PUT',
    path: '/v1/flags/{flag}/targets/{unit}',
    scope: 'environment',
    access: 'write',
    summary: 'Serve one unit a variant',
  },
  untarget: {
    method: 'DELETE',
    path: '/v1/flags/{flag}/targets/{unit}',
    scope: 'environment',
    access: 'write',
    summary: 'Lift an individual target',
  },
  breakGlass: {
    method: 'POST',
    path: '/v1/break-glass',
    scope: 'environment',
    access: 'read',
    summary: 'Hand in a kill that was signed while the store was away; its signature is its permission',
  },
  listOverrides: {
    method: 'GET',
    path: '/v1/overrides',
    scope: 'environment',
    access: 'read',
    summary: 'What operators have laid over flags',
  },
  explain: {
    method: 'POST',
    path: '/v1/explain',
    scope: 'environment',
    access: 'read',
    summary: 'Why a flag answers what it answers for a context',
    maxBody: MIB,
  },
  listReceivers: {
    method: 'GET',
    path: '/v1/receivers',
    scope: 'environment',
    access: 'read',
    summary: 'Who runs which revision, and how far behind',
  },
  listReleases: {
    method: 'GET',
    path: '/v1/releases',
    scope: 'environment',
    access: 'read',
    summary: 'Releases and where each stands',
  },
  getRelease: {
    method: 'GET',
    path: '/v1/releases/{name}',
    scope: 'environment',
    access: 'read',
    summary: 'One release with its evidence, its history and how it was taken back',
  },
  releaseEvents: {
    method: 'GET',
    path: '/v1/releases/{name}/events',
    scope: 'environment',
    access: 'read',
    summary: 'A release as it goes: its view on each change, its log; resumes after Last-Event-ID',
    media: 'text/event-stream',
  },
  releasePlan: {
    method: 'GET',
    path: '/v1/releases/{name}/plan',
    scope: 'environment',
    access: 'read',
    summary: 'What each step of a release can see at the traffic observed or given',
  },
  pauseRelease: {
    method: 'POST',
    path: '/v1/releases/{name}/pause',
    scope: 'environment',
    access: 'write',
    summary: 'Stay where it is until resumed',
  },
  resumeRelease: {
    method: 'POST',
    path: '/v1/releases/{name}/resume',
    scope: 'environment',
    access: 'write',
    summary: 'Go on after a pause, a failure or a roll-back',
  },
  promoteRelease: {
    method: 'POST',
    path: '/v1/releases/{name}/promote',
    scope: 'environment',
    access: 'write',
    summary: 'Go to the next step without waiting',
  },
  abortRelease: {
    method: 'POST',
    path: '/v1/releases/{name}/abort',
    scope: 'environment',
    access: 'write',
    summary: 'Take everything back',
  },
  approveRelease: {
    method: 'POST',
    path: '/v1/releases/{name}/approve',
    scope: 'environment',
    access: 'write',
    summary: 'Let it enter the level it waits for',
  },
  landRelease: {
    method: 'POST',
    path: '/v1/releases/{name}/land',
    scope: 'environment',
    access: 'write',
    summary: 'Write the new variant into the flag and retire the release',
  },
  twoPhase: {
    method: 'POST',
    path: '/v1/two-phase',
    scope: 'environment',
    access: 'write',
    summary:
      'Apply so that gateways and OFREP servers activate it together; answers at once, ask then where it stands',
    handedOn: true,
    maxBody: 64 * MIB,
  },
  getTwoPhase: {
    method: 'GET',
    path: '/v1/two-phase/{id}',
    scope: 'environment',
    access: 'read',
    summary: 'Where a two-phase change stands',
    handedOn: true,
  },
  counters: {
    method: 'POST',
    path: '/v1/counters',
    scope: 'environment',
    access: 'write',
    summary: 'What a gateway counted; cumulative within a boot',
    handedOn: true,
    maxBody: 16 * MIB,
  },
  status: {
    method: 'GET',
    path: '/v1/status',
    scope: 'environment',
    access: 'read',
    summary: 'What is served, and what the directory last said',
  },
  backup: {
    method: 'POST',
    path: '/v1/backup',
    scope: 'process',
    access: 'write',
    summary: 'Write a consistent copy of the store into the data directory',
  },
  listKeys: {
    method: 'GET',
    path: '/v1/keys',
    scope: 'process',
    access: 'read',
    summary: 'Public signing keys, and which live receivers do not trust the next one yet',
  },
  prepareKey: {
    method: 'POST',
    path: '/v1/keys/prepare',
    scope: 'process',
    access: 'write',
    summary: 'Make the next signing key; it signs nothing until rotated to',
  },
  rotateKey: {
    method: 'POST',
    path: '/v1/keys/rotate',
    scope: 'process',
    access: 'write',
    summary: 'Sign with the next key from now on, and delete the private half of the old one',
  },
  forgetKey: {
    method: 'POST',
    path: '/v1/keys/forget',
    scope: 'process',
    access: 'write',
    summary: 'Delete a prepared or a retired key; dryRun counts the changes that could no longer be verified',
  },
  syncHead: {
    method: 'GET',
    path: '/v1/sync/head',
    scope: 'environment',
    access: 'read',
    summary: 'The signed head',
  },
  syncStream: {
    method: 'GET',
    path: '/v1/sync/stream',
    scope: 'environment',
    access: 'read',
    summary: 'Deltas as they are committed; resumes after Last-Event-ID',
    media: 'text/event-stream',
  },
  syncSnapshot: {
    method: 'GET',
    path: '/v1/sync/snapshots/{digest}',
    scope: 'environment',
    access: 'read',
    summary: 'A full snapshot, immutable',
    media: 'application/vnd.ombre.snapshot',
  },
  acknowledge: {
    method: 'POST',
    path: '/v1/sync/ack',
    scope: 'environment',
    access: 'read',
    summary: 'A receiver says what it serves and renews its lease',
    handedOn: true,
    maxBody: MIB,
  },
  environments: {
    method: 'GET',
    path: '/v1/environments',
    scope: 'process',
    access: 'read',
    summary: 'The environments served here',
  },
  health: {
    method: 'GET',
    path: '/healthz',
    scope: 'process',
    access: 'open',
    summary: 'The process answers',
  },
  ready: {
    method: 'GET',
    path: '/readyz',
    scope: 'process',
    access: 'open',
    summary: 'The process can evaluate and write',
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    scope: 'process',
    access: 'read',
    summary: 'Prometheus metrics',
    media: 'text/plain',
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    scope: 'process',
    access: 'open',
    summary: 'This interface as OpenAPI 3.1',
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
