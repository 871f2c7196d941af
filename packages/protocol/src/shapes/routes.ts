import { resourceSchema } from '@ombre/decide/model';
import { z } from 'zod';
import { counters, countersAnswer } from '../counters/counters.ts';
import { ofrepBulk, ofrepRequest, ofrepSuccess } from '../ofrep/shape.ts';
import { releaseCommandRequest } from '../release/release-command.ts';
import { planAnswer } from '../release/release-plan.ts';
import { releaseView } from '../release/release-view.ts';
import type { RouteId } from '../routes.ts';
import { acknowledgement, acknowledgementAnswer, receiverView } from '../sync/acknowledgement.ts';
import {
  twoPhaseAnswer,
  twoPhaseEnvelope,
  twoPhaseRequest,
  twoPhaseView,
} from '../two-phase/two-phase-view.ts';
import { backupMade } from '../wire/backup.ts';
import {
  applied,
  applyEnvelope,
  applyRequest,
  overrideRequest,
  rollbackRequest,
  storedResource,
  targetRequest,
  wireOverride,
} from '../wire/change.ts';
import { developerToken, developerTokenRequest } from '../wire/developer.ts';
import { historyVerdict, wireChange, wireChangeDetail } from '../wire/history.ts';
import { forgetRequest, forgotten, keysView, rotateRequest } from '../wire/keys.ts';
import { statusSchema } from '../wire/status.ts';
import { announcedSchema } from './head.ts';

/** What a route takes and gives as JSON; an absent `answer` is a text of the route's media type. */
export interface RouteShape {
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** What the edge checks of a body whose inner parts a command checks, to name every finding in them. */
  readonly envelope?: z.ZodType;
  readonly answer?: z.ZodType;
}

const count = z.coerce.number().int().min(0);

const releaseCommand: RouteShape = { body: releaseCommandRequest, answer: releaseView };

/** The shapes of all routes that have any: the edge checks requests by them and the OpenAPI document is made from them. */
export const routeShapes: Readonly<Partial<Record<RouteId, RouteShape>>> = {
  evaluateFlag: {
    body: ofrepRequest,
    answer: ofrepSuccess,
  },
  evaluateFlags: {
    query: z.object({ flagConfigEtag: z.string().optional(), flagConfigLastModified: z.string().optional() }),
    body: ofrepRequest,
    answer: ofrepBulk,
  },
  listResources: {
    query: z.object({ kind: z.string().optional(), origin: z.enum(['files', 'api']).optional() }),
    answer: z.object({ revision: z.int(), resources: z.array(storedResource) }),
  },
  getResource: {
    answer: storedResource,
  },
  putResource: {
    query: z.object({ why: z.string().max(1000).optional(), author: z.string().max(200).optional() }),
    body: resourceSchema,
    envelope: z.unknown(),
    answer: applied,
  },
  deleteResource: {
    query: z.object({ why: z.string().max(1000).optional(), author: z.string().max(200).optional() }),
    answer: applied,
  },
  apply: {
    body: applyRequest,
    envelope: applyEnvelope,
    answer: applied,
  },
  export: {
    query: z.object({ origin: z.enum(['files', 'api']).optional() }),
  },
  listHistory: {
    query: z.object({ before: count.optional(), limit: count.max(1000).optional() }),
    answer: z.object({ changes: z.array(wireChange) }),
  },
  verifyHistory: {
    answer: historyVerdict,
  },
  getChange: {
    answer: wireChangeDetail,
  },
  rollback: {
    body: rollbackRequest,
    answer: applied,
  },
  kill: {
    body: overrideRequest,
    answer: applied,
  },
  makeDeveloperToken: {
    body: developerTokenRequest,
    answer: developerToken,
  },
  unkill: {
    query: z.object({ why: z.string().max(1000).optional(), author: z.string().max(200).optional() }),
    answer: applied,
  },
  target: {
    body: targetRequest,
    answer: applied,
  },
  untarget: {
    query: z.object({ why: z.string().max(1000).optional(), author: z.string().max(200).optional() }),
    answer: applied,
  },
  breakGlass: {
    body: z.strictObject({ payload: z.string().max(8000), signature: z.string().max(200) }),
    answer: applied,
  },
  listOverrides: {
    answer: z.object({ overrides: z.array(wireOverride) }),
  },
  explain: {
    body: z.strictObject({
      flag: z.string().min(1).max(200),
      context: z.looseObject({}).exactOptional(),
      now: z.number().exactOptional(),
    }),
    answer: z.looseObject({}),
  },
  listReceivers: {
    answer: z.object({ revision: z.int(), lineage: z.string(), receivers: z.array(receiverView) }),
  },
  listReleases: {
    answer: z.object({ revision: z.int(), releases: z.array(releaseView) }),
  },
  getRelease: {
    query: z.object({ events: count.max(1000).optional() }),
    answer: releaseView,
  },
  releasePlan: {
    query: z.object({
      requestsPerSecond: z.coerce.number().positive().optional(),
      errorRate: z.coerce.number().min(0).lt(1).optional(),
    }),
    answer: planAnswer,
  },
  pauseRelease: releaseCommand,
  resumeRelease: releaseCommand,
  promoteRelease: releaseCommand,
  abortRelease: releaseCommand,
  approveRelease: releaseCommand,
  landRelease: releaseCommand,
  twoPhase: {
    body: twoPhaseRequest,
    envelope: twoPhaseEnvelope,
    answer: twoPhaseAnswer,
  },
  getTwoPhase: {
    answer: twoPhaseView,
  },
  counters: {
    body: counters,
    answer: countersAnswer,
  },
  status: {
    answer: statusSchema,
  },
  backup: {
    answer: backupMade,
  },
  listKeys: {
    answer: keysView,
  },
  prepareKey: {
    answer: keysView,
  },
  rotateKey: {
    body: rotateRequest,
    answer: keysView,
  },
  forgetKey: {
    body: forgetRequest,
    answer: forgotten,
  },
  syncHead: {
    answer: announcedSchema,
  },
  syncStream: {
    query: z.object({ receiver: z.string().max(100).optional() }),
  },
  acknowledge: {
    body: acknowledgement,
    answer: acknowledgementAnswer,
  },
  environments: {
    answer: z.object({ environments: z.array(z.string()) }),
  },
  health: {
    answer: z.object({ status: z.literal('ok') }),
  },
  ready: {
    answer: z.object({ status: z.literal('ready') }),
  },
  openapi: {
    answer: z.looseObject({}),
  },
};
