import type { UpstreamSpec } from '@ombre/decide/model';
import { parseDuration } from '@ombre/decide/model';
import type { Dispatcher } from 'undici';
import { type Breaker, type BreakerEvent, type BreakerSettings, createBreaker } from '../breaker/breaker.ts';
import { readBreaker } from '../breaker/read-breaker.ts';
import { type Balancer, createBalancer } from './balancer.ts';
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
  breaker: Breaker | undefined;
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
  /** What their breakers were made from: other edits keep them as they are. */
  const breakers = new Map<string, string>();

  function make(name: string): Upstream {
    return {
      name,
      balancer: createBalancer<Endpoint>([]),
      timeout: 0,
      fallback: undefined,
      breaker: undefined,
    };
  }

  function breakerOf(name: string, spec: UpstreamSpec['breaker']): Breaker | undefined {
    const own = readBreaker(spec, settings.breaker);
    return own && createBreaker(own, (event) => listen(name, event));
  }

  return {
    get: (name) => upstreams.get(name),
    all: () => [...upstreams.values()],
    follow(specs) {
      for (const name of upstreams.keys()) if (!specs.has(name)) upstreams.delete(name);
      for (const known of [texts, breakers]) {
        for (const name of known.keys()) if (!specs.has(name)) known.delete(name);
      }
      for (const [name, spec] of specs) {
        const text = JSON.stringify(spec);
        if (texts.get(name) === text) continue;
        texts.set(name, text);
        const upstream = upstreams.get(name) ?? make(name);
        const breaker = JSON.stringify(spec.breaker ?? null);
        if (breakers.get(name) !== breaker) {
          breakers.set(name, breaker);
          upstream.breaker = breakerOf(name, spec.breaker);
        }
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
