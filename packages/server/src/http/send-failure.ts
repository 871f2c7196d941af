import type { ErrorCode } from '@ombre/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { StoreError } from '../store/store.ts';
import type { Log } from './log.ts';
import { fail } from './ofrep/evaluate.ts';
import { Refusal } from './refusal.ts';

export interface FailureOptions {
  readonly log: Log;
  readonly failed?: (code: string) => void;
}

const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BODY_MALFORMED',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'BODY_MALFORMED',
};

const STORE_CODES: Readonly<Record<string, ErrorCode>> = { FULL: 'STORE_FULL', UNAVAILABLE: 'UNAVAILABLE' };

/** Writes any error as the failure it is; what nobody expected is logged and told as INTERNAL, without its text. */
export function sendFailure(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { log, failed }: FailureOptions,
): FastifyReply {
  const refusal = refusalFor(error);
  failed?.(refusal.failure.code);
  // The path without its query, which may carry a ticket.
  const path = request.url.split('?')[0];
  if (refusal.status >= 500 && !(error instanceof Refusal)) {
    log.error({ method: request.method, path, error: errorText(error) }, 'a request failed');
  }
  void reply.headers(refusal.headers);
  if (path?.includes('/ofrep/v1/evaluate/')) return sendEvaluationFailure(refusal, request, reply);
  return reply.code(refusal.status).send(refusal.failure);
}

function sendEvaluationFailure(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, message } = refusal.failure;
  if (refusal.status === 500) return reply.code(500).send({ errorDetails: message });
  const key = (request.params as Readonly<Record<string, string | undefined>>)['*'];
  // To a client of one flag an environment that is not there is a flag that is not there.
  if (refusal.status === 404 && key !== undefined) return fail(reply, 404, 'FLAG_NOT_FOUND', message, key);
  if (code !== 'BODY_MALFORMED' && code !== 'BODY_TOO_DEEP')
    return reply.code(refusal.status).send(refusal.failure);
  return fail(reply, 400, code === 'BODY_MALFORMED' ? 'PARSE_ERROR' : 'INVALID_CONTEXT', message, key);
}

function refusalFor(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof StoreError) return new Refusal(STORE_CODES[error.code] ?? 'INTERNAL', error.message);
  const { code, statusCode } = error as { readonly code?: string; readonly statusCode?: number };
  const known = code === undefined ? undefined : FASTIFY_CODES[code];
  if (known !== undefined) return new Refusal(known);
  const theirs = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return theirs ? new Refusal('REQUEST_INVALID', String((error as Error).message)) : new Refusal('INTERNAL');
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
