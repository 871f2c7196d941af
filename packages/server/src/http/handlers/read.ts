import type { Clock } from '@ombre/carry';
import { bind, explain } from '@ombre/decide';
import { formatResources } from '@ombre/declare';
import type { RouteId, Status, StoredResource } from '@ombre/protocol';
import type { KnownReceivers } from '../../nodes/known-receivers.ts';
import type { Change } from '../../store/change.ts';
import type { ResourceRow } from '../../store/row.ts';
import type { Views } from '../../views/views.ts';
import type { Handler } from '../handler.ts';
import { Refusal } from '../refusal.ts';

type ReadRoute =
  | 'listResources'
  | 'getResource'
  | 'export'
  | 'listHistory'
  | 'verifyHistory'
  | 'getChange'
  | 'listOverrides'
  | 'explain'
  | 'status';

/** What can be asked about an environment. */
export function readHandlers(options: {
  readonly views: Views;
  readonly receivers: Pick<KnownReceivers, 'view'>;
  readonly clock: Clock;
  readonly version: string;
}): Record<Extract<RouteId, ReadRoute>, Handler> {
  const { views, receivers, clock, version } = options;
  return {
    listResources({ place, query }) {
      const rows = views.resources(place.environment, query) ?? [];
      return { revision: place.live.current().head.head.revision, resources: rows.map(toStored) };
    },

    getResource({ place, parameters, reply }) {
      const key = `${parameters.kind}/${parameters.name}`;
      const row = views.resource(place.environment, key);
      if (row === undefined) throw new Refusal('NOT_FOUND', `There is no ${key}.`);
      void reply.header('etag', `"${row.generation}"`);
      return toStored(row);
    },

    export({ place, query, reply }) {
      const rows = views.resources(place.environment, query) ?? [];
      return reply
        .header('content-type', 'application/yaml; charset=utf-8')
        .send(formatResources(rows.map((row) => row.resource)));
    },

    async listHistory({ place, query }) {
      const { before, limit = 50 } = query as { before?: number; limit?: number };
      const page = before === undefined ? { limit } : { before, limit };
      const changes = await views.history(place.environment, page);
      return { changes: changes.map(withoutDiff) };
    },

    async verifyHistory({ place }) {
      const report = await views.verifyHistory(place.environment);
      if (report === undefined) throw new Refusal('ENVIRONMENT_UNKNOWN');
      return { ok: report.faults.length === 0, ...report };
    },

    async getChange({ place, parameters }) {
      const text = parameters.revision ?? '';
      if (!/^\d{1,15}$/.test(text)) throw new Refusal('NOT_FOUND', 'A revision is a whole number.');
      const change = await views.change(place.environment, Number(text));
      if (change === undefined) throw new Refusal('NOT_FOUND', `There is no revision ${text}.`);
      return { ...withoutDiff(change), diff: change.diff };
    },

    listOverrides: ({ place }) => ({ overrides: views.overrides(place.environment) ?? [] }),

    explain({ place, body }) {
      const {
        flag,
        context = {},
        now,
      } = body as {
        flag: string;
        context?: Readonly<Record<string, unknown>>;
        now?: number;
      };
      return explain(bind(place.live.current().snapshot, context, now ?? clock.now()), flag);
    },

    async status({ place }): Promise<Status> {
      const { head, snapshot } = place.live.current();
      const { environment, lineage, revision, digest } = head.head;
      const counts = place.streams.counts;
      const known = await receivers.view(environment, { lineage, revision });
      const author = place.author?.();
      return {
        environment,
        lineage,
        revision,
        digest,
        flags: snapshot.flags.length,
        unsupported: snapshot.unsupported,
        receivers: known.filter((row) => row.lease === 'held').length,
        streams: counts.sync + counts.evaluation,
        version,
        ...(author === undefined ? {} : { author }),
      };
    },
  };
}

function toStored(row: ResourceRow): StoredResource {
  const { resource, origin, generation } = row;
  return { key: `${resource.kind}/${resource.metadata.name}`, origin, generation, resource };
}

function withoutDiff(change: Change): Omit<Change, 'diff' | 'writes'> {
  const { diff: _, writes: __, ...rest } = change;
  return rest;
}
