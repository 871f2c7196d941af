import type { Encoded } from '@ombre/decide';
import {
  type Acknowledgement,
  type AcknowledgementAnswer,
  basePath,
  createSnapshotParser,
  formatPosition,
  type RouteId,
  readFailure,
  routePath,
  routes,
} from '@ombre/protocol';
import { type Clock, systemClock } from '../clock.ts';
import { limitSignal } from '../limit-signal.ts';
import {
  type Acknowledging,
  asSourceError,
  type Ended,
  type Source,
  SourceError,
  type TakingOver,
} from '../source.ts';
import { protocolProblem, readAll, readJson, readPieces, refusal } from './answer.ts';
import { createSend, type HttpAnswer } from './request.ts';
import { followStream, readAnnounced } from './stream.ts';

/** How long an answer may take to begin, in milliseconds. */
const PATIENCE = 10_000;
/** A kill that is answered so will not be taken later either: malformed, not signed by the key, run out. */
const FINAL: readonly number[] = [400, 403, 410, 422];
/** How long a whole snapshot may take to arrive, in milliseconds. */
const SNAPSHOT_PATIENCE = 120_000;

export interface HttpSourceOptions {
  /** The read token; needed where the control plane is not on loopback. */
  readonly token?: string;
  /** `project/environment`; absent: what the URL names, or the only one there is. */
  readonly environment?: string;
  /** The receiver's name, so that the control plane knows whose stream it is. */
  readonly receiver?: string;
  readonly clock?: Clock;
}

/** The control plane's sync stream (server-sent events), its snapshots and its acknowledgements. Throws TypeError for a URL that is none. */
export function openHttpSource(
  url: string,
  options: HttpSourceOptions = {},
): Source & Acknowledging & TakingOver {
  const { clock = systemClock, token, receiver } = options;
  const base = new URL(url);
  if (base.protocol !== 'http:' && base.protocol !== 'https:') throw new TypeError(`not an HTTP URL: ${url}`);
  const named = /\/p\/([^/]+)\/([^/]+)\/?$/.exec(base.pathname);
  const environment = named === null ? options.environment : `${named[1]}/${named[2]}`;
  const root = `${base.origin}${base.pathname.replace(/\/+$/, '')}${named === null ? basePath(environment) : ''}`;
  const send = createSend(base);
  const authorization: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` };

  /** Sends, and reads the answer within `patience` milliseconds. */
  async function call<T>(
    id: RouteId,
    signal: AbortSignal,
    patience: number,
    read: (answer: HttpAnswer, unlimit: () => void) => Promise<T>,
    request: {
      readonly parameters?: Readonly<Record<string, string>>;
      readonly query?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** Answers that are read like a success. */
      readonly also?: readonly number[];
    } = {},
  ): Promise<T> {
    const { parameters, query = '', headers = {}, body, also = [] } = request;
    const limit = limitSignal(signal, clock, patience);
    try {
      const answer = await send(`${root}${routePath(id, parameters)}${query}`, {
        method: routes[id].method,
        headers: { ...authorization, ...headers },
        ...(body === undefined ? {} : { body }),
        signal: limit.signal,
      });
      if (answer.status === 200 || also.includes(answer.status)) return await read(answer, limit.unlimit);
      const said = await readAll(answer.body);
      throw refusal(answer.status, said, answer.headers['retry-after'], clock.now());
    } catch (error) {
      throw asSourceError(limit.signal.aborted ? limit.signal.reason : error);
    } finally {
      limit.done();
    }
  }

  return {
    trust: 'signed',
    address: root,
    environment,

    head: (signal) =>
      call('syncHead', signal, PATIENCE, async ({ body }) => {
        const announced = readAnnounced(readJson(await readAll(body)));
        if (announced === undefined) throw new SourceError(protocolProblem('the head is no head'));
        return announced;
      }),

    get(head, _near, signal): Promise<Encoded> {
      const parameters = { digest: head.digest };
      return call(
        'syncSnapshot',
        signal,
        SNAPSHOT_PATIENCE,
        async ({ body }) => {
          const parser = createSnapshotParser();
          await readPieces(body, parser.push);
          const encoded = parser.end();
          if (encoded === undefined) throw new SourceError(protocolProblem('the snapshot is no snapshot'));
          return encoded;
        },
        { parameters },
      );
    },

    async watch(from, listen, signal): Promise<Ended> {
      const query = receiver === undefined ? '' : `?receiver=${encodeURIComponent(receiver)}`;
      const headers = {
        accept: 'text/event-stream',
        ...(from === undefined ? {} : { 'last-event-id': formatPosition(from) }),
      };
      const follow = (answer: HttpAnswer, unlimit: () => void): Promise<Ended> => {
        unlimit();
        return followStream(answer, listen);
      };
      return call('syncStream', signal, PATIENCE, follow, { query, headers }).catch(asSourceError);
    },

    acknowledge: (acknowledgement: Acknowledgement, signal) =>
      call(
        'acknowledge',
        signal,
        PATIENCE,
        async ({ body }) => {
          const answer = readJson(await readAll(body)) as AcknowledgementAnswer | undefined;
          if (typeof answer?.lease === 'number') {
            const { lease, within = 0, granted } = answer;
            return { lease, within, ...(granted === undefined ? {} : { granted }) };
          }
          throw new SourceError(protocolProblem('the answer has no lease'));
        },
        { headers: { 'content-type': 'application/json' }, body: JSON.stringify(acknowledgement) },
      ),

    takeOver: ({ payload, signature }, signal) =>
      call(
        'breakGlass',
        signal,
        PATIENCE,
        async ({ status, body }) => {
          const answer = readJson(await readAll(body));
          const failed = readFailure(answer);
          if (status !== 200) return { ok: false, detail: failed?.message ?? `status ${status}` };
          const { revision } = answer as { readonly revision?: unknown };
          if (typeof revision === 'number') return { ok: true, revision };
          throw new SourceError(protocolProblem('the answer has no revision'));
        },
        {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ payload, signature }),
          also: FINAL,
        },
      ),
  };
}
