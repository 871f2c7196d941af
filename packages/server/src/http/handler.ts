import type { RouteId } from '@ombre/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Place } from './place.ts';

/** One request to a route of the process, its parts checked against the route's shapes. */
export interface ProcessCall {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** One request to a route of an environment. */
export interface Call extends ProcessCall {
  readonly place: Place;
  /** Whether the path named the environment. */
  readonly prefixed: boolean;
}

/** Answers JSON by returning it, or writes the reply itself and returns that. A refusal is thrown as `Refusal`. */
export type Handler = (call: Call) => unknown;
export type ProcessHandler = (call: ProcessCall) => unknown;

export type ProcessRoute =
  | 'health'
  | 'ready'
  | 'metrics'
  | 'openapi'
  | 'environments'
  | 'backup'
  | 'listKeys'
  | 'prepareKey'
  | 'rotateKey'
  | 'forgetKey';

/** One handler for each route of the table, no more and no fewer. */
export type Handlers = Readonly<Record<Exclude<RouteId, ProcessRoute>, Handler>>;
export type ProcessHandlers = Readonly<Record<ProcessRoute, ProcessHandler>>;
