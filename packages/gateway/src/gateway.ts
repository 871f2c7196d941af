import { createServer } from 'node:http';
import {
  breakGlassDoor,
  type Clock,
  openReceiver,
  problemText,
  type Receiver,
  systemClock,
} from '@ombre/carry';
import { type Circuit, type Network, parseNetwork } from '@ombre/protocol';
import { createAdmin } from './admin.ts';
import { BREAKER_DEFAULTS } from './breaker/breaker.ts';
import { deliverTo } from './counters/deliver.ts';
import { exposition } from './counters/exposition.ts';
import { type Deliver, startReporter } from './counters/reporter.ts';
import { createTally } from './counters/tally.ts';
import { drain } from './drain.ts';
import { createForwardAuth } from './forward-auth/forward-auth.ts';
import { listen } from './listen.ts';
import type { GatewayOptions } from './options.ts';
import { createBaggage } from './proxy/baggage.ts';
import { createDecidedHeaders } from './proxy/decided-headers.ts';
import { createProxy } from './proxy/proxy.ts';
import { createKeepUnit } from './proxy/unit-cookie.ts';
import { type PlacedValue, parsePlace } from './routing/placed-value.ts';
import { createRouter } from './routing/router.ts';
import { type RouteView, routesOf } from './routing/routes.ts';
import { startRunningTime } from './running-time.ts';
import { createPools } from './upstream/pools.ts';
import { createUpstreams } from './upstream/upstream.ts';

/** Longer than load balancers keep connections (60 s), so that they are the ones to close them. */
const KEEP_ALIVE = 65_000;

const COUNTERS_REFUSED =
  'the control plane takes no counters from this gateway, so no release is judged by its requests: give it the write token (--token or OMBRE_TOKEN)';

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

/**
 * Starts a gateway and waits for its ports. Clients' port opens with the first snapshot, so that whoever takes over from another drops
 * nothing; where none comes in time it opens all the same and answers 503 until one does. Throws TypeError for wrong options.
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const clock = options.receiver.clock ?? systemClock;
  const log = options.log ?? (() => {});
  const trusted = (options.trusted ?? []).map(readNetwork);
  const units = (options.units ?? []).map(readPlace);
  const attributes = Object.fromEntries(
    Object.entries(options.attributes ?? {}).map(([name, place]) => [name, readPlace(place)]),
  );
  const cookie = options.cookie ?? 'ombre_unit';
  const breaker = options.breaker === false ? undefined : { ...BREAKER_DEFAULTS, ...options.breaker };

  const pools = createPools({ connectTimeout: 5_000, connections: 1_024 });
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

  const time = startRunningTime(clock);
  const { now } = time;
  const decided = createDecidedHeaders();
  const keepUnit = createKeepUnit(cookie);
  let closing = false;
  const proxy = createProxy({
    router,
    upstreams,
    tally,
    decided,
    baggage: createBaggage(options.baggage),
    keepUnit,
    expose: options.expose === true,
    live: () => receiver.live,
    closing: () => closing,
    now,
    after: time.after,
  });
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE, headersTimeout: 30_000, requestTimeout: 0, highWaterMark: 64 * 1024 },
    proxy.handle,
  );
  server.on('upgrade', proxy.handleUpgrade);

  function metrics(): string {
    return exposition({
      groups: tally.groups(),
      upstreams: upstreams.all().map((one) => ({ name: one.name, breaker: one.breaker?.state(now()) })),
      revision: receiver.head?.revision,
      stale: receiver.status !== 'ready',
      stalled: time.stalled(),
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
    adminUrl = admin && options.admin && (await listen(admin, { ...options.admin, exclusive: true }));
    await firstAnswer(receiver, clock, options.patience ?? 3_000);
    forwardAuthUrl = forwardAuth && options.forwardAuth && (await listen(forwardAuth, options.forwardAuth));
    url = await listen(server, options.listen);
  } catch (error) {
    time.stop();
    for (const one of [server, admin, forwardAuth]) one?.close();
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
  const reporter =
    deliver &&
    startReporter({ tally, circuits, now }, options.name, clock, deliver, (fate) => {
      if (fate === 'refused') log('warn', COUNTERS_REFUSED);
    });

  return {
    url,
    adminUrl,
    forwardAuthUrl,
    receiver,
    routes,
    metrics,
    async close() {
      closing = true;
      const { size } = proxy.upgraded;
      if (size > 0) log('info', `${size} upgraded connections end with the grace period`);
      await drain(server, proxy.upgraded, options.grace ?? 30_000);
      await reporter?.close();
      time.stop();
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

async function firstAnswer({ started }: Receiver, clock: Clock, patience: number): Promise<void> {
  let cancel = (): void => {};
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(patience, resolve);
  });
  await Promise.race([started, late]);
  cancel();
}
