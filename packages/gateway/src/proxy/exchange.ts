import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import type { Dispatcher } from 'undici';
import { type Refusal, refusalAnswer } from '../refusal.ts';
import { type Endpoint, nextEndpoint, type Upstream } from '../upstream/upstream.ts';
import type { BaggageFor } from './baggage.ts';
import { headerIn } from './request-headers.ts';
import { responseHeaders } from './response-headers.ts';
import { atTurnEnd } from './turn.ts';

/** How an exchange ended. `left`: its client went away first, which tells nothing of the upstream. */
export type Ending = 'answered' | 'failed' | 'left';

export interface ExchangeOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upstream: Upstream;
  readonly path: string;
  readonly hasBody: boolean;
  readonly requestHeaders: string[];
  readonly baggage: BaggageFor;
  /** Added to the answer, as name, value …. */
  readonly ownHeaders: readonly string[];
  /** When the request came, by `now`. */
  readonly began: number;
  /** Milliseconds an endpoint rests that could not be reached. */
  readonly rest: number;
  /** Milliseconds the upstream may pause within a body. */
  readonly pause: number;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** Calls once after so many of these milliseconds; the answer cancels. */
  readonly after: (milliseconds: number, call: () => void) => () => void;
  /** Called once, with the milliseconds to the answer's headers or, where none came, to its end. */
  readonly ended: (ending: Ending, waited: number) => void;
}

/** Methods that may be sent twice without harm (RFC 9110, 9.2.2) and are worth it. */
const REPEATABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The request itself cannot be sent on; no endpoint is to blame. */
const INVALID: ReadonlySet<string> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);

/** Bytes of a body up to which it is worth copying it behind its headers. */
const WHOLE = 16_384;

/** The headers, or the next piece of the body, did not come in time. */
class LateError extends Error {}

/** The client went away. */
class LeftError extends Error {}

/**
 * One request carried to an upstream and its answer back: streamed both ways, each side as fast as the slower one takes it, and
 * given up on both when either is. An endpoint that cannot be reached is passed over for another as long as nothing was sent.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions;
  readonly #tried: Endpoint[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  /** Something of the request was given to a connection. */
  #sent = false;
  #body: PassThrough | undefined;
  #status = 0;
  /** Milliseconds to the answer's headers; the whole time where none came. */
  #waited: number | undefined;
  /** When something of the answer last came, or could come again. */
  #heard = 0;
  /** Waits for more of the answer no more. */
  #stopWaiting: (() => void) | undefined;
  #reason: Error | undefined;
  #over = false;
  /** The answer has no announced length, so that trailers may follow. */
  #chunked = false;
  #draining = false;
  /** Bytes of the body that the answer announces; -1 where it announces none. */
  #length = -1;
  /** A body that came whole and small, sent in one piece with its headers. */
  #whole: string | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  start(): void {
    const { request, response, hasBody } = this.#options;
    response.on('close', () => {
      if (!response.writableFinished) this.#giveUp(new LeftError('the client went away'));
    });
    if (hasBody) {
      // Not the request itself: undici destroys what it cannot send, and the client is still to be answered.
      this.#body = new PassThrough();
      this.#body.on('error', () => {});
      request.pipe(this.#body);
      request.once('end', () => this.#await());
    } else this.#await();
    this.#next();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#sent = true;
    if (this.#reason !== undefined) controller.abort(this.#reason);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _: unknown, message = ''): void {
    // Informational answers are for this hop.
    if (status < 200) return;
    const { request, response, ownHeaders, began, pause, now } = this.#options;
    this.#heard = now();
    this.#waited = this.#heard - began;
    this.#status = status;
    // An answer that came before the end of its request was not waited for yet.
    if (this.#stopWaiting === undefined) this.#watch(pause);
    if (response.destroyed || response.headersSent) {
      controller.abort(this.#reason ?? new LeftError('the client went away'));
      return;
    }
    const raw = (controller.rawHeaders as readonly Buffer[]).map((part) => part.toString('latin1'));
    const length = headerIn(raw, 'content-length');
    this.#length = length === undefined ? -1 : Number(length);
    this.#chunked =
      request.method !== 'HEAD' &&
      request.httpVersionMinor > 0 &&
      status !== 204 &&
      status !== 304 &&
      length === undefined;
    response.writeHead(status, message, responseHeaders(raw, ownHeaders, this.#chunked));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { response, now } = this.#options;
    if (chunk.length === this.#length && chunk.length <= WHOLE) {
      this.#whole = chunk.toString('latin1');
      return;
    }
    this.#heard = now();
    if (response.write(chunk)) return;
    controller.pause();
    if (this.#draining) return;
    this.#draining = true;
    response.once('drain', () => {
      this.#draining = false;
      this.#heard = now();
      controller.resume();
    });
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    const { request, response } = this.#options;
    const trailers = controller.rawTrailers as readonly (Buffer | string)[] | null | undefined;
    if (this.#chunked && trailers !== null && trailers !== undefined && trailers.length > 0) {
      const texts = trailers.map((part) => part.toString('latin1'));
      response.addTrailers(
        texts.flatMap((name, at) => (at % 2 === 0 ? [[name, texts[at + 1] ?? '']] : [])) as [
          string,
          string,
        ][],
      );
    }
    const whole = this.#whole;
    if (whole === undefined) response.end();
    else atTurnEnd(() => endWhole(response, whole));
    // What the upstream did not want of the body is not waited for.
    if (!request.complete) request.unpipe().resume();
    this.#end(this.#status >= 500 ? 'failed' : 'answered');
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: Error): void {
    if (this.#over) return;
    const { response, request, rest, now } = this.#options;
    const reason = this.#reason ?? error;
    if (reason instanceof LeftError) {
      this.#end('left');
      return;
    }
    if (response.headersSent) {
      // The client must see that the answer is cut off.
      response.destroy();
      this.#end('failed');
      return;
    }
    if (reason instanceof LateError) {
      this.#fail({ code: 'UPSTREAM_TIMEOUT' });
      return;
    }
    if (INVALID.has((error as NodeJS.ErrnoException).code ?? '')) {
      refuse(request, response, { code: 'BAD_REQUEST' }, this.#options.ownHeaders);
      this.#end('left');
      return;
    }
    const endpoint = this.#tried.at(-1);
    if (!this.#sent && endpoint !== undefined) endpoint.restsUntil = now() + rest;
    const repeatable =
      this.#body === undefined && REPEATABLE.has(request.method ?? '') && this.#tried.length < 2;
    if (!this.#sent || repeatable) {
      this.#next();
      return;
    }
    this.#fail({ code: 'UPSTREAM_FAILED' });
  }

  #next(): void {
    const { upstream, request, path, requestHeaders, baggage, began, now } = this.#options;
    const lone = this.#sent && upstream.balancer.all.length === 1;
    const endpoint = nextEndpoint(
      upstream.balancer,
      lone ? [] : this.#tried,
      this.#tried.length === 0 ? began : now(),
    );
    if (endpoint === undefined) {
      this.#fail({ code: this.#sent ? 'UPSTREAM_FAILED' : 'UPSTREAM_REFUSED' });
      return;
    }
    this.#tried.push(endpoint);
    this.#controller = undefined;
    this.#sent = false;
    const carried = baggage(endpoint.url);
    const options: Dispatcher.DispatchOptions & { readonly servername: string } = {
      path: endpoint.prefix + path,
      method: request.method as Dispatcher.HttpMethod,
      headers: carried === undefined ? requestHeaders : [...requestHeaders, 'baggage', carried],
      body: this.#body ?? null,
      // A certificate is the endpoint's, whatever host the client asked for.
      servername: endpoint.url.hostname,
    };
    endpoint.dispatcher.dispatch(options, this);
  }

  /** From here on the upstream is waited for. */
  #await(): void {
    if (this.#over || this.#waited !== undefined) return;
    this.#watch(this.#options.upstream.timeout);
  }

  /**
   * One timer for the headers and what follows them: most bodies come with their headers, and a timer for each that undici keeps for
   * half a second more was a third of the garbage that lived long enough to be dear.
   */
  #watch(milliseconds: number): void {
    this.#stopWaiting = this.#options.after(milliseconds, () => {
      const { pause, now } = this.#options;
      const silent = this.#draining ? 0 : now() - this.#heard;
      if (this.#waited === undefined || silent >= pause) this.#giveUp(new LateError('nothing came in time'));
      else this.#watch(pause - silent);
    });
  }

  #giveUp(reason: Error): void {
    if (this.#over || this.#reason !== undefined) return;
    this.#reason = reason;
    if (this.#controller !== undefined) {
      this.#controller.abort(reason);
      return;
    }
    // Not sent yet: when its turn comes it is dropped, but nobody waits for that.
    this.onResponseError(undefined, reason);
  }

  #fail(refusal: Refusal): void {
    refuse(this.#options.request, this.#options.response, refusal, this.#options.ownHeaders);
    this.#end('failed');
  }

  #end(ending: Ending): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopWaiting?.();
    const { began, now, ended } = this.#options;
    this.#body?.destroy();
    ended(ending, this.#waited ?? now() - began);
  }
}

/** One write of headers and body together, where `end` alone would gather two. */
function endWhole(response: ServerResponse, body: string): void {
  const { socket } = response;
  if (socket === null) {
    // An earlier answer of the connection is still to be sent.
    response.end(body, 'latin1');
    return;
  }
  socket.cork();
  response.write(body, 'latin1');
  socket.uncork();
  response.end();
}

/** Answers by itself. A body that nobody wants ends the connection with the answer. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  ownHeaders: readonly string[],
): void {
  if (response.headersSent || response.destroyed) return;
  const { status, headers, body } = refusalAnswer(refusal);
  const closing = request.complete ? [] : ['connection', 'close'];
  response.writeHead(status, [...headers, ...ownHeaders, ...closing]);
  response.end(request.method === 'HEAD' ? undefined : body);
}
