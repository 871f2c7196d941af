import type { Acknowledgement, RouteId } from '@ombre/protocol';
import { HANDED_ON } from '../../nodes/hand-on.ts';
import type { KnownReceivers } from '../../nodes/known-receivers.ts';
import type { Receivers } from '../../sync/receivers.ts';
import type { SnapshotTexts } from '../../sync/snapshots.ts';
import type { Coordinators } from '../../two-phase/open-coordinators.ts';
import type { Views } from '../../views/views.ts';
import type { Handler } from '../handler.ts';
import { Refusal } from '../refusal.ts';

type SyncRoute = 'syncHead' | 'syncStream' | 'syncSnapshot' | 'acknowledge' | 'listReceivers';

/** Snapshots in motion, seen from the server. */
export function syncHandlers(options: {
  readonly views: Views;
  readonly receivers: Receivers;
  /** Those of every process. */
  readonly known: Pick<KnownReceivers, 'view' | 'settle'>;
  readonly coordinators: Pick<Coordinators, 'acknowledged'>;
  readonly texts: SnapshotTexts;
}): Record<Extract<RouteId, SyncRoute>, Handler> {
  const { views, receivers, known, coordinators, texts } = options;
  return {
    syncHead({ place, reply }) {
      void reply.header('cache-control', 'no-store');
      const head = place.live.signed();
      const successions = place.successions();
      return successions.length === 0 ? head : { ...head, successions };
    },

    syncStream({ place, query, request, reply }) {
      const last = request.headers['last-event-id'];
      const opened = place.streams.sync(
        reply.raw,
        typeof last === 'string' ? last : undefined,
        reply.getHeaders() as Record<string, string>,
      );
      if (!opened) throw new Refusal('RECEIVERS_FULL', undefined, {}, { 'retry-after': '5' });
      const receiver = query.receiver;
      if (typeof receiver === 'string') {
        receivers.connected(place.environment, receiver, true);
        reply.raw.on('close', () => receivers.connected(place.environment, receiver, false));
      }
      return reply.hijack();
    },

    async syncSnapshot({ place, parameters, request, reply }) {
      const digest = parameters.digest ?? '';
      const served = place.live.current().encoded;
      const encoded = served.digest === digest ? served : views.snapshot(place.environment, digest)?.encoded;
      if (encoded === undefined) throw new Refusal('SNAPSHOT_GONE');
      const zipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
      const bytes = zipped ? await texts.gzipped(encoded) : await texts.plain(encoded);
      if (zipped) void reply.header('content-encoding', 'gzip');
      return reply
        .header('content-type', 'application/vnd.ombre.snapshot')
        .header('cache-control', 'private, max-age=31536000, immutable')
        .header('etag', `"${digest}"`)
        .header('vary', 'accept-encoding, origin')
        .send(bytes);
    },

    async acknowledge({ place, body, request }) {
      const acknowledgement = body as Acknowledgement;
      const handedOn = request.headers[HANDED_ON] !== undefined;
      const { leased = 0 } = receivers.entry(place.environment, acknowledgement.receiver) ?? {};
      const lease = await coordinators.acknowledged(place.environment, acknowledgement, handedOn);
      // Whoever heard it first has it in its book.
      if (!handedOn && !receivers.acknowledge(place.environment, acknowledgement, lease !== 'refused')) {
        throw new Refusal('RECEIVERS_FULL', undefined, {}, { 'retry-after': '5' });
      }
      // A lease is given when whoever counts receivers can know of it: nothing is taken for activated without this one.
      if (!handedOn && leased === 0) await known.settle();
      const { lineage, revision } = place.live.current().head.head;
      const granted = lease === 'granted' ? {} : { granted: false };
      return { lease: receivers.lease, lineage, revision, within: receivers.spread, ...granted };
    },

    async listReceivers({ place }) {
      const { lineage, revision } = place.live.current().head.head;
      return { lineage, revision, receivers: await known.view(place.environment, { lineage, revision }) };
    },
  };
}
