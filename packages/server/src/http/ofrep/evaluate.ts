import { hash } from 'node:crypto';
import type { Clock } from '@ombre/carry';
import { bind, evaluate } from '@ombre/decide';
import { basePath, matchesEntityTag, type OfrepErrorCode, routes } from '@ombre/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Place } from '../place.ts';
import type { Credentials } from '../token.ts';
import { readContext } from './context.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
/** What OFREP suggests: a hidden page lets go of its stream after this many seconds. */
const INACTIVITY = 120;

/** Told of each evaluation request: its kind and how long it took, in seconds. */
export type Timed = (kind: 'single' | 'bulk', seconds: number) => void;

export interface EvaluateOptions {
  readonly clock: Clock;
  readonly credentials: Credentials;
  /** A path this server is published under by a proxy, such as `/flags`. */
  readonly publicPath: string;
  readonly timed: Timed;
  /** Changes with what the bytes of an answer depend on beside the snapshot. */
  readonly version: string;
}

/** OFREP's two evaluation requests. Nothing here waits, and the text of each outcome is written once. */
export interface Evaluate {
  single(place: Place, key: string, request: FastifyRequest, reply: FastifyReply): FastifyReply;
  bulk(place: Place, prefixed: boolean, request: FastifyRequest, reply: FastifyReply): FastifyReply;
}

export function createEvaluate(options: EvaluateOptions): Evaluate {
  const { clock, credentials, publicPath, timed } = options;

  /** The end of a bulk answer, equal for all of one place and base path. */
  const tails = new WeakMap<Place, Map<boolean, string>>();
  function streamsOf(place: Place, prefixed: boolean): string {
    const known = tails.get(place)?.get(prefixed);
    if (known !== undefined) return known;
    const base = prefixed ? basePath(place.environment) : '';
    const ticket = credentials.ticket(place.environment);
    const query = ticket === undefined ? '' : `?ticket=${ticket}`;
    const requestUri = `${publicPath}${base}${routes.evaluationEvents.path}${query}`;
    const text = JSON.stringify([{ type: 'sse', endpoint: { requestUri }, inactivityDelaySec: INACTIVITY }]);
    tails.set(place, (tails.get(place) ?? new Map<boolean, string>()).set(prefixed, text));
    return text;
  }

  return {
    single(place, key, request, reply) {
      const start = clock.monotonic();
      const read = readContext(request.body);
      if (!read.ok) return fail(reply, 400, read.code, read.details, key);
      const { snapshot, head } = place.live.current();
      const outcome = evaluate(bind(snapshot, read.context, clock.now()), key);
      if (outcome.error === 'FLAG_NOT_FOUND') {
        timed('single', (clock.monotonic() - start) / 1000);
        return fail(reply, 404, 'FLAG_NOT_FOUND', `there is no flag ${key.slice(0, 200)}`, key);
      }
      const answer = place.answers.of(outcome);
      answer.count.pending++;
      reply.statusCode = answer.status;
      reply.header('content-type', JSON_TYPE).send(`${answer.untilRevision}${head.head.revision}}}`);
      timed('single', (clock.monotonic() - start) / 1000);
      return reply;
    },
    bulk(place, prefixed, request, reply) {
      const start = clock.monotonic();
      const read = readContext(request.body);
      if (!read.ok) return fail(reply, 400, read.code, read.details);
      const { snapshot, head, state } = place.live.current();
      const streams = streamsOf(place, prefixed);
      // Belongs to this context, credential and state, and says nothing about any of them.
      const material = JSON.stringify([options.version, place.environment, state, streams, read.context]);
      const tag = hash('sha256', material, 'base64url').slice(0, 22);
      reply.header('etag', `"${tag}"`).header('cache-control', 'no-cache, private');
      if (matchesEntityTag(request.headers['if-none-match'], tag)) {
        timed('bulk', (clock.monotonic() - start) / 1000);
        return reply.code(304).send();
      }
      const bound = bind(snapshot, read.context, clock.now());
      let text = '{"flags":[';
      let first = true;
      for (const flag of snapshot.flags) {
        const answer = place.answers.of(evaluate(bound, flag));
        answer.count.pending++;
        text += first ? answer.item : `,${answer.item}`;
        first = false;
      }
      const { environment, lineage, revision } = head.head;
      text += `],"metadata":${JSON.stringify({ environment, lineage, revision })},"eventStreams":${streams}}`;
      reply.header('content-type', JSON_TYPE).send(text);
      timed('bulk', (clock.monotonic() - start) / 1000);
      return reply;
    },
  };
}

/** A failure as OFREP writes it; a bulk failure has no key. */
export function fail(
  reply: FastifyReply,
  status: number,
  errorCode: OfrepErrorCode,
  errorDetails: string,
  key?: string,
): FastifyReply {
  const body = key === undefined ? { errorCode, errorDetails } : { key, errorCode, errorDetails };
  return reply.code(status).header('content-type', JSON_TYPE).send(JSON.stringify(body));
}
