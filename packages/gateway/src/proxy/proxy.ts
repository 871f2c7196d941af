import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Tally } from '../counters/tally.ts';
import { unitHash } from '../counters/unit-hash.ts';
import type { Refusal } from '../refusal.ts';
import type { Decision, Router } from '../routing/router.ts';
import { type Admission, admit, settle } from '../upstream/admit.ts';
import type { Upstreams } from '../upstream/upstream.ts';
import type { Baggage } from './baggage.ts';
import type { DecidedHeaders } from './decided-headers.ts';
import { type Ending, Exchange, refuse } from './exchange.ts';
import { createPooledRandom } from './pooled-random.ts';
import { requestHeaders } from './request-headers.ts';
import { type Target, targetOf } from './target.ts';
import { traceContextOf } from './trace-context.ts';
import type { KeepUnit } from './unit-cookie.ts';
import { passUpgrade, refuseUpgrade } from './upgrade.ts';

/** Milliseconds an endpoint rests that could not be reached. */
const REST = 1_000;

/** Milliseconds an upstream may pause within a body. */
const PAUSE = 300_000;

export interface ProxyParts {
  readonly router: Router;
  readonly upstreams: Upstreams;
  readonly tally: Tally;
  readonly decided: DecidedHeaders;
  readonly baggage: Baggage;
  readonly keepUnit: KeepUnit;
  /** Answers name the variant, the revision and whether the control plane has to reckon with the decision. */
  readonly expose: boolean;
  readonly live: () => boolean;
  /** Connections are told to end with their answer. */
  readonly closing: () => boolean;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** Calls once after so many of these milliseconds; the answer cancels. */
  readonly after: (milliseconds: number, call: () => void) => () => void;
}

/** What stands between clients and upstreams: each request is decided, counted, and carried over or refused. */
export interface Proxy {
  handle(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Connections that are no longer HTTP. */
  readonly upgraded: ReadonlySet<Duplex>;
}

/** A request from its decision on. */
interface Passing {
  readonly decision: Decision;
  /** For the client, as name, value …. */
  readonly ownHeaders: string[];
  /** Counts it; `upstream` is who was asked. Called once. */
  readonly end: (at: number, failed: boolean, upstream: string | undefined, permitted?: boolean) => void;
}

export function createProxy(parts: ProxyParts): Proxy {
  const { router, upstreams, tally, decided, baggage, keepUnit, expose, live, closing, now, after } = parts;
  const random = createPooledRandom();
  const upgraded = new Set<Duplex>();

  function begin(request: IncomingMessage, at: number): Passing {
    const decision = router.decide(request);
    const { outcome, unit, revision } = decision;
    const open = outcome && tally.begin(outcome, unitHash(unit), at);
    const ownHeaders = keepUnit(decision, request.headers);
    if (expose) ownHeaders.push(...decided(outcome, revision), 'ombre-live', live() ? 'yes' : 'no');
    if (closing()) ownHeaders.push('connection', 'close');
    return {
      decision,
      ownHeaders,
      end(ended, failed, upstream, permitted) {
        if (open !== undefined) tally.end(open, ended, failed, upstream, permitted);
      },
    };
  }

  /** Who takes the request; where nobody does it is counted and `refuseWith` is called. */
  function admission(
    { decision: { verdict }, end }: Passing,
    at: number,
    refuseWith: (refusal: Refusal) => void,
  ): Admission | undefined {
    if (verdict.upstream === undefined) {
      refuseWith(verdict.refusal);
      end(now(), isFailure(verdict.refusal), undefined);
      return undefined;
    }
    const admitted = admit(verdict.upstream, upstreams, at);
    if (admitted.refusal === undefined) return admitted;
    refuseWith(admitted.refusal);
    end(now(), true, verdict.upstream.name, false);
    return undefined;
  }

  function ended({ decision, end }: Passing, admitted: Admission, ending: Ending, waited: number): void {
    const at = now();
    const { upstream } = admitted;
    settle(admitted, at, ending, waited);
    // The variant's own upstream was meant: where another had to stand in, the variant failed.
    const permitted = upstream === decision.verdict.upstream;
    end(at, ending === 'failed' || !permitted, upstream.name, permitted);
  }

  function headersFor(
    { rawHeaders, headers, socket }: IncomingMessage,
    { client, outcome, revision }: Decision,
    target: Target,
    hasBody: boolean,
  ): string[] {
    const { traceparent, tracestate } = headers as Readonly<Record<string, string | undefined>>;
    return requestHeaders(rawHeaders, hasBody, {
      peer: socket.remoteAddress ?? '',
      client,
      protocol: 'http',
      host: target.host,
      trace: traceContextOf(traceparent, tracestate, random),
      own: decided(outcome, revision),
    });
  }

  return {
    upgraded,
    handle(request, response) {
      const target = targetOf(request);
      if (target === undefined) {
        refuse(request, response, { code: 'BAD_REQUEST' }, ['connection', 'close']);
        return;
      }
      const at = now();
      const passing = begin(request, at);
      const { decision, ownHeaders } = passing;
      const admitted = admission(passing, at, (refusal) => refuse(request, response, refusal, ownHeaders));
      if (admitted === undefined) return;
      const hasBody = carriesBody(request);
      new Exchange({
        request,
        response,
        upstream: admitted.upstream,
        path: target.path,
        hasBody,
        requestHeaders: headersFor(request, decision, target, hasBody),
        baggage: baggage(request.headers.baggage as string | undefined, decision.unit, decision.outcome),
        ownHeaders,
        began: at,
        rest: REST,
        pause: PAUSE,
        now,
        after,
        ended: (ending, waited) => ended(passing, admitted, ending, waited),
      }).start();
    },
    handleUpgrade(request, socket, head) {
      const target = targetOf(request);
      if (target === undefined) {
        refuseUpgrade(socket, { code: 'BAD_REQUEST' });
        return;
      }
      if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
        refuseUpgrade(socket, { code: 'UPGRADE_UNSUPPORTED' });
        return;
      }
      const at = now();
      const passing = begin(request, at);
      const { decision, ownHeaders } = passing;
      const admitted = admission(passing, at, (refusal) => refuseUpgrade(socket, refusal));
      if (admitted === undefined) return;
      upgraded.add(socket);
      socket.once('close', () => upgraded.delete(socket));
      passUpgrade({
        request,
        socket,
        head,
        upstream: admitted.upstream,
        path: target.path,
        requestHeaders: headersFor(request, decision, target, false),
        baggage: baggage(request.headers.baggage as string | undefined, decision.unit, decision.outcome),
        ownHeaders: ownHeaders.filter((_, index) => ownHeaders[index - (index % 2)] !== 'connection'),
        now,
        after,
        ended: (ending, took) => ended(passing, admitted, ending, took),
      });
    },
  };
}

/** A body is announced by its framing alone (RFC 9112, 6.3). */
function carriesBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** Denying and throttling are what was asked for; all else that is refused is a failure. */
function isFailure({ code }: Refusal): boolean {
  return code !== 'DENIED' && code !== 'THROTTLED';
}
