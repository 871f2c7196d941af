import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { breakGlassDoor, openReceiver, problemText, type Receiver, systemClock } from '@ombre/carry';
import { type Circuit, type Network, parseNetwork } from '@ombre/protocol';
import { createAdmin } from './admin.ts';
import { BREAKER_DEFAULTS } from './breaker/breaker.ts';
import { deliverTo } from './counters/deliver.ts';
import { exposition } from './counters/exposition.ts';
import { type Deliver, startReporter } from './counters/reporter.ts';
import { createTally } from './counters/tally.ts';
import { unitHash } from './counters/unit-hash.ts';
import { createForwardAuth } from './forward-auth/forward-auth.ts';
import type { GatewayOptions, Listen } from './options.ts';
import { createBaggage } from './proxy/baggage.ts';
import { createDecidedHeaders } from './proxy/decided-headers.ts';
import { type Ending, Exchange, refuse } from './proxy/exchange.ts';
import { createPooledRandom } from './proxy/pooled-random.ts';
import { requestHeaders } from './proxy/request-headers.ts';
import { type Target, targetOf } from './proxy/target.ts';
import { traceContextOf } from './proxy/trace-context.ts';
import { unitCookie } from './proxy/unit-cookie.ts';
import { passUpgrade, refuseUpgrade } from './proxy/upgrade.ts';
import type { Refusal } from './refusal.ts';
import { type PlacedValue, parsePlace } from './routing/placed-value.ts';
import { createRouter, type Decision } from './routing/router.ts';
import { type RouteView, routesOf } from './routing/routes.ts';
import { createPools } from './upstream/pools.ts';
import { createUpstreams, type Upstream } from './upstream/upstream.ts';

/** Tells a breaker how a call ended and how long it waited for the answer's headers. */
type Settle = (ending: Ending, waited: number) => void;

type Admitted =
  | { readonly upstream: Upstream; readonly settle: Settle }
  | { readonly upstream?: never; readonly refusal: Refusal };

const NOTHING: Settle = () => {};

/** Milliseconds an endpoint rests that could not be reached. */
const REST = 1_000;

/** Longer than load balancers keep connections (60 s), so that they are the ones to close them. */
const KEEP_ALIVE = 65_000;

/** Milliseconds that idle connections stay when the gateway stops, for requests that are on their way. */
const IDLE_GRACE = 1_000;

export interface RunningGateway {
  readonly url: string;
  readonly adminUrl: string | undefined;
  /** Undefined where nobody asked for it. */
  readonly forwardAuthUrl: string | undefined;
  readonly receiver: Receiver;
  /** Where each variant's requests go now. */
  routes(): readonly RouteView[];
  /** Metrics in the text format of Prometheus. */
  metrics(): string;
  /**
   * Takes no new connections, answers what is under way and what still comes on open connections, and ends them one by one. After
   * `grace` what is left is cut.
   */
  close(): Promise<void>;
}

/** Starts a gateway and waits for its ports, not for a snapshot: until one is there it answers 503. Throws TypeError for wrong options. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const clock = options.receiver.clock ?? systemClock;
  const now = clock.monotonic;
  const log = options.log ?? (() => {});
  const trusted = (options.trusted ?? []).map(readNetwork);
  const units = (options.units ?? []).map(readPlace);
  const attributes = Object.fromEntries(
    Object.entries(options.attributes ?? {}).map(([name, place]) => [name, readPlace(place)]),
  );
  const cookie = options.cookie ?? 'ombre_unit';
  const breaker = options.breaker === false ? undefined : { ...BREAKER_DEFAULTS, ...options.breaker };

  const pools = createPools({ connectTimeout: 5_000, connections: 1_024, bodyTimeout: 300_000 });
  const upstreams = createUpstreams(
    pools,
    { timeout: options.timeout ?? 30_000, breaker },
    (upstream, { from, to, why }) => log('warn', `circuit of upstream ${upstream}: ${from} → ${to} (${why})`),
  );
  const tally = createTally();
  const receiver = openReceiver({ ...options.receiver, receiver: options.name, class: 'gateway' });
  const router = createRouter(
    receiver,
    upstreams,
    { flag: options.flag, trusted, units, attributes, cookie },
    clock,
    (world) => tally.setLimits(world.limits),
  );
  receiver.subscribe((event) => {
    if (event.type === 'problem') log('warn', problemText(event.problem));
    if (event.type === 'status') log('info', `environment is ${event.status}`);
    router.refresh();
  });

  const random = createPooledRandom();
  const decided = createDecidedHeaders();
  const baggage = createBaggage(options.baggage);
  let closing = false;
  const upgraded = new Set<Duplex>();

  /** The header by which a new unit's client keeps it. */
  function keepUnit({ fresh, unit, client }: Decision, headers: IncomingMessage['headers']): string[] {
    if (!fresh) return [];
    const secure = headers['x-forwarded-proto'] === 'https' && client.forwarded;
    return ['set-cookie', unitCookie(cookie, unit, secure)];
  }

  /** What every request goes through: a decision, counted from here to `end`. */
  function begin(request: IncomingMessage) {
    const decision = router.decide(request);
    const { outcome, unit, revision } = decision;
    const open = outcome && tally.begin(outcome, unitHash(unit), now());
    const ownHeaders = keepUnit(decision, request.headers);
    if (options.expose === true) {
      // Whether the control plane has to reckon with this decision.
      ownHeaders.push(...decided(outcome, revision), 'ombre-live', receiver.live ? 'yes' : 'no');
    }
    if (closing) ownHeaders.push('connection', 'close');
    return {
      decision,
      ownHeaders,
      end(failed: boolean, upstream: string | undefined): void {
        if (open !== undefined) tally.end(open, now(), failed, upstream);
      },
    };
  }

  function headersFor(
    request: IncomingMessage,
    decision: Decision,
    target: Target,
    hasBody: boolean,
  ): string[] {
    const { headers, socket, rawHeaders } = request;
    return requestHeaders(rawHeaders, hasBody, {
      peer: socket.remoteAddress ?? '',
      client: decision.client,
      protocol: 'http',
      host: target.host,
      trace: traceContextOf(
        headers.traceparent as string | undefined,
        headers.tracestate as string | undefined,
        random,
      ),
      own: decided(decision.outcome, decision.revision),
    });
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const target = targetOf(request);
    if (target === undefined) {
      refuse(request, response, { code: 'BAD_REQUEST' }, ['connection', 'close']);
      return;
    }
    const { decision, ownHeaders, end } = begin(request);
    const { verdict } = decision;
    if (verdict.upstream === undefined) {
      refuse(request, response, verdict.refusal, ownHeaders);
      end(isFailure(verdict.refusal), undefined);
      return;
    }
    const admitted = admit(verdict.upstream);
    if (admitted.upstream === undefined) {
      refuse(request, response, admitted.refusal, ownHeaders);
      end(true, verdict.upstream.name);
      return;
    }
    const { upstream, settle } = admitted;
    const hasBody = carriesBody(request);
    new Exchange({
      request,
      response,
      upstream,
      path: target.path,
      hasBody,
      requestHeaders: headersFor(request, decision, target, hasBody),
      baggage: baggage(request.headers.baggage as string | undefined, decision.unit, decision.outcome),
      ownHeaders,
      rest: REST,
      now,
      ended(ending, waited) {
        settle(ending, waited);
        // The variant's own upstream was meant: where another had to stand in, the variant failed.
        end(ending === 'failed' || upstream !== verdict.upstream, upstream.name);
      },
    }).start();
  }

  /** The upstream or, while its circuit is open, its fallback; `settle` tells its breaker how the call ended. */
  function admit(upstream: Upstream): Admitted {
    const at = now();
    const settle = permitOf(upstream, at);
    if (settle !== undefined) return { upstream, settle };
    const fallback = upstream.fallback === undefined ? undefined : upstreams.get(upstream.fallback);
    const instead = fallback && permitOf(fallback, at);
    if (fallback !== undefined && instead !== undefined) return { upstream: fallback, settle: instead };
    return { refusal: { code: 'BREAKER_OPEN', retryAfter: upstream.breaker?.waits(at) ?? 0 } };
  }

  /** Undefined: its circuit is open. A call is told to the breaker it began with, whatever the spec says by then. */
  function permitOf({ breaker }: Upstream, at: number): Settle | undefined {
    if (breaker === undefined) return NOTHING;
    const permit = breaker.acquire(at);
    if (permit === undefined) return undefined;
    return (ending, waited) => {
      if (ending === 'left') breaker.release(permit);
      else breaker.record(permit, now(), waited, ending === 'failed');
    };
  }

  function handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const target = targetOf(request);
    if (target === undefined) {
      refuseUpgrade(socket, { code: 'BAD_REQUEST' });
      return;
    }
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      refuseUpgrade(socket, { code: 'UPGRADE_UNSUPPORTED' });
      return;
    }
    const { decision, ownHeaders, end } = begin(request);
    const { verdict } = decision;
    if (verdict.upstream === undefined) {
      refuseUpgrade(socket, verdict.refusal);
      end(isFailure(verdict.refusal), undefined);
      return;
    }
    const admitted = admit(verdict.upstream);
    if (admitted.upstream === undefined) {
      refuseUpgrade(socket, admitted.refusal);
      end(true, verdict.upstream.name);
      return;
    }
    const { upstream, settle } = admitted;
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    passUpgrade({
      request,
      socket,
      head,
      upstream,
      path: target.path,
      requestHeaders: headersFor(request, decision, target, false),
      baggage: baggage(request.headers.baggage as string | undefined, decision.unit, decision.outcome),
      ownHeaders: ownHeaders.filter((_, at) => ownHeaders[at - (at % 2)] !== 'connection'),
      now,
      ended(ending, took) {
        settle(ending, took);
        end(ending === 'failed' || upstream !== verdict.upstream, upstream.name);
      },
    });
  }

  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE, headersTimeout: 30_000, requestTimeout: 0, highWaterMark: 64 * 1024 },
    handle,
  );
  server.on('upgrade', handleUpgrade);

  function metrics(): string {
    return exposition({
      groups: tally.groups(),
      upstreams: upstreams.all().map((one) => ({ name: one.name, breaker: one.breaker?.state(now()) })),
      revision: receiver.head?.revision,
      stale: receiver.status !== 'ready',
    });
  }
  const routes = (): readonly RouteView[] => routesOf(router.world, upstreams);
  const admin =
    options.admin &&
    createAdmin({
      metrics,
      routes,
      breakGlass: breakGlassDoor(receiver),
      unready: () => (closing ? 'stopping' : receiver.snapshot === undefined ? 'no snapshot yet' : undefined),
    });
  const forwardAuth =
    options.forwardAuth &&
    createServer(
      { keepAliveTimeout: KEEP_ALIVE },
      createForwardAuth({
        decide: (asking) => router.decide(asking),
        clientHeaders: (decision, { headers }) => keepUnit(decision, headers),
        decidedHeaders: ({ outcome, revision }) => decided(outcome, revision),
      }),
    );
  const deliver = deliveryOf(options);
  let url: string;
  let adminUrl: string | undefined;
  let forwardAuthUrl: string | undefined;
  try {
    url = await listen(server, options.listen);
    adminUrl = admin && options.admin && (await listen(admin, options.admin));
    forwardAuthUrl = forwardAuth && options.forwardAuth && (await listen(forwardAuth, options.forwardAuth));
  } catch (error) {
    server.close();
    admin?.close();
    await receiver.close();
    await pools.close();
    throw error;
  }
  const circuits = (at: number): readonly Circuit[] =>
    routes().flatMap(({ variant, upstream }) => {
      const state = upstreams.get(upstream ?? '')?.breaker?.state(at);
      return upstream === null || state === undefined
        ? []
        : [{ flag: options.flag, variant, upstream, state }];
    });
  const reporter = deliver && startReporter({ tally, circuits }, options.name, clock, deliver);

  async function drain(): Promise<void> {
    closing = true;
    // Not the HTTP server's own close: it would cut idle connections on which a request may be on its way.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
    const idle = setTimeout(() => server.closeIdleConnections(), IDLE_GRACE);
    // Those that were busy then are told to close by their answers; the ones in between are seen to here.
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_GRACE * 2);
    const cut = setTimeout(() => {
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
    }, options.grace ?? 30_000);
    if (upgraded.size > 0) log('info', `${upgraded.size} upgraded connections end with the grace period`);
    await closed;
    for (const timer of [idle, sweep, cut]) clearTimeout(timer);
  }

  return {
    url,
    adminUrl,
    forwardAuthUrl,
    receiver,
    routes,
    metrics,
    async close() {
      await drain();
      // The HTTP server still has a timer of its own.
      server.close(() => {});
      await reporter?.close();
      await receiver.close();
      await pools.destroy();
      for (const side of [forwardAuth, admin]) {
        await new Promise<void>((resolve) => {
          if (side === undefined) return resolve();
          side.close(() => resolve());
          side.closeAllConnections();
        });
      }
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

function deliveryOf({ receiver }: GatewayOptions): Deliver | undefined {
  const { source, environment, token } = receiver;
  if (typeof source !== 'string' || !/^https?:\/\//.test(source)) return undefined;
  return deliverTo(source, environment, token);
}

function readNetwork(text: string): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw new TypeError(`"${text}" is no address and no network such as 10.0.0.0/8`);
  return network;
}

function readPlace(text: string): PlacedValue {
  const place = parsePlace(text);
  if (place === undefined) throw new TypeError(`"${text}" is not header:NAME or cookie:NAME`);
  return place;
}

function listen(server: Server, { host, port }: Listen): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const { port: bound } = server.address() as AddressInfo;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    });
  });
}
