import type { UpstreamSpec } from '@ombre/decide/model';
import { parseDuration } from '@ombre/decide/model';
import type { Dispatcher } from 'undici';
import { type Balancer, createBalancer } from '../balance/balancer.ts';
import { type Breaker, type BreakerEvent, type BreakerSettings, createBreaker } from '../breaker/breaker.ts';
import type { Pools } from './pools.ts';

/** One server of an upstream. */
export interface Endpoint {
  readonly url: URL;
  readonly weight: number;
  /** Put before each path; without a slash at its end. */
  readonly prefix: string;
  readonly dispatcher: Dispatcher;
  /** Not asked before then unless nobody else is there: it could not be reached. */
  restsUntil: number;
}

/** Where requests of a variant go. */
export interface Upstream {
  readonly name: string;
  /** Changes with the snapshot; requests under way keep the one they began with. */
  balancer: Balancer<Endpoint>;
  /** Milliseconds a response's headers may take after the request was sent. */
  timeout: number;
  fallback: string | undefined;
  /** Undefined: breaking is off. */
  readonly breaker: Breaker | undefined;
}

export interface UpstreamSettings {
  readonly timeout: number;
  readonly breaker: BreakerSettings | undefined;
}

/** The upstreams of the present revision. */
export interface Upstreams {
  get(name: string): Upstream | undefined;
  all(): readonly Upstream[];
  /** Takes over the specs of a revision; what stayed keeps its connections, its turn and its breaker. */
  follow(specs: ReadonlyMap<string, UpstreamSpec>): void;
}

export function createUpstreams(
  pools: Pools,
  settings: UpstreamSettings,
  listen: (upstream: string, event: BreakerEvent) => void = () => {},
): Upstreams {
  const upstreams = new Map<string, Upstream>();
  const texts = new Map<string, string>();

  function make(name: string): Upstream {
    const breaker = settings.breaker && createBreaker(settings.breaker, (event) => listen(name, event));
    return { name, balancer: createBalancer<Endpoint>([]), timeout: 0, fallback: undefined, breaker };
  }

  return {
    get: (name) => upstreams.get(name),
    all: () => [...upstreams.values()],
    follow(specs) {
      for (const name of upstreams.keys()) if (!specs.has(name)) upstreams.delete(name);
      for (const name of texts.keys()) if (!specs.has(name)) texts.delete(name);
      for (const [name, spec] of specs) {
        const text = JSON.stringify(spec);
        if (texts.get(name) === text) continue;
        texts.set(name, text);
        const upstream = upstreams.get(name) ?? make(name);
        upstream.balancer = createBalancer(spec.endpoints.map((one) => endpointOf(one, pools)));
        upstream.timeout =
          (spec.timeout === undefined ? undefined : parseDuration(spec.timeout)) ?? settings.timeout;
        upstream.fallback = spec.fallback;
        upstreams.set(name, upstream);
      }
      const origins = [...upstreams.values()].flatMap(({ balancer }) =>
        balancer.all.map(({ url }) => url.origin),
      );
      pools.keep(new Set(origins));
    },
  };
}

/** The endpoint whose turn it is, not one of those tried; resting ones only where no other is left. */
export function nextEndpoint(
  balancer: Balancer<Endpoint>,
  tried: readonly Endpoint[],
  now: number,
): Endpoint | undefined {
  return (
    balancer.pick((one) => one.restsUntil <= now && !tried.includes(one)) ??
    balancer.pick((one) => !tried.includes(one))
  );
}

function endpointOf({ url: text, weight = 1 }: UpstreamSpec['endpoints'][number], pools: Pools): Endpoint {
  const url = new URL(text);
  return {
    url,
    weight,
    prefix: url.pathname.replace(/\/+$/, ''),
    dispatcher: pools.at(url.origin),
    restsUntil: 0,
  };
}
