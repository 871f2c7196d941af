import type { Encoded } from '@ombre/decide';
import {
  type Acknowledgement,
  type AcknowledgementAnswer,
  basePath,
  formatPosition,
  parseSnapshot,
  type RouteId,
  routePath,
} from '@ombre/protocol';
import { type Clock, systemClock } from '../clock.ts';
import { type Acknowledging, type Ended, type Source, SourceError } from '../source.ts';
import { asSourceError, protocolProblem, readAll, readJson, refusal } from './answer.ts';
import { followStream, readAnnounced } from './stream.ts';

/** How long an answer may take to begin, in milliseconds. */
const PATIENCE = 10_000;
/** How long a whole snapshot may take to arrive, in milliseconds. */
const SNAPSHOT_PATIENCE = 120_000;

export interface HttpSourceOptions {
  /** The read token; needed where the control plane is not on loopback. */
  readonly token?: string;
  /** `project/environment`; absent: what the URL names, or the only one there is. */
  readonly environment?: string;
  /** The receiver's name, so that the control plane knows whose stream it is. */
  readonly receiver?: string;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

/** The control plane's sync stream (server-sent events), its snapshots and its acknowledgements. Throws TypeError for a URL that is none. */
export function openHttpSource(url: string, options: HttpSourceOptions = {}): Source & Acknowledging {
  const { fetch: send = fetch, clock = systemClock, token, receiver } = options;
  const base = new URL(url);
  if (base.protocol !== 'http:' && base.protocol !== 'https:') throw new TypeError(`not an HTTP URL: ${url}`);
  const named = /\/p\/([^/]+)\/([^/]+)\/?$/.exec(base.pathname);
  const environment = named === null ? options.environment : `${named[1]}/${named[2]}`;
  const root = `${base.origin}${base.pathname.replace(/\/+$/, '')}${named === null ? basePath(environment) : ''}`;
  const authorization: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` };

  /** Sends and waits for the answer's beginning; `done` lets go of the time limit that is set for its end, if any. */
  async function call(
    id: RouteId,
    signal: AbortSignal,
    request: {
      readonly parameters?: Readonly<Record<string, string>>;
      readonly query?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly method?: string;
      readonly body?: string;
    } = {},
  ): Promise<Response> {
    const { parameters, query = '', headers = {}, ...rest } = request;
    const limit = new AbortController();
    const cancel = clock.after(PATIENCE, () => limit.abort(new Error(`no answer in ${PATIENCE} ms`)));
    try {
      const response = await send(`${root}${routePath(id, parameters)}${query}`, {
        ...rest,
        headers: { ...authorization, ...headers },
        redirect: 'error',
        signal: AbortSignal.any([signal, limit.signal]),
      });
      if (response.ok) return response;
      throw refusal(response.status, await response.text(), response.headers.get('retry-after'), clock.now());
    } catch (error) {
      throw asSourceError(error);
    } finally {
      cancel();
    }
  }

  return {
    trust: 'signed',
    address: root,
    environment,

    async head(signal) {
      const response = await call('syncHead', signal);
      const announced = readAnnounced(readJson(await readAll(response, clock, PATIENCE)));
      if (announced === undefined) throw new SourceError(protocolProblem('the head is no head'));
      return announced;
    },

    async get(head, _near, signal): Promise<Encoded> {
      const response = await call('syncSnapshot', signal, { parameters: { digest: head.digest } });
      const encoded = parseSnapshot(await readAll(response, clock, SNAPSHOT_PATIENCE));
      if (encoded === undefined) throw new SourceError(protocolProblem('the snapshot is no snapshot'));
      return encoded;
    },

    async watch(from, listen, signal): Promise<Ended> {
      try {
        const response = await call('syncStream', signal, {
          query: receiver === undefined ? '' : `?receiver=${encodeURIComponent(receiver)}`,
          headers: {
            accept: 'text/event-stream',
            ...(from === undefined ? {} : { 'last-event-id': formatPosition(from) }),
          },
        });
        return await followStream(response, listen);
      } catch (error) {
        const { problem, retryAfter } = asSourceError(error);
        return retryAfter === undefined ? { problem } : { problem, retryAfter };
      }
    },

    async acknowledge(acknowledgement: Acknowledgement, signal) {
      const response = await call('acknowledge', signal, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(acknowledgement),
      });
      const answer = readJson(await readAll(response, clock, PATIENCE)) as AcknowledgementAnswer | undefined;
      if (typeof answer?.lease !== 'number')
        throw new SourceError(protocolProblem('the answer has no lease'));
      return answer.lease;
    },
  };
}
