import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Receiver } from '@ombre/carry';
import { bind, type Context, flagReader, type Outcome, type Snapshot } from '@ombre/decide';
import { clientOf, cookieIn, type HttpClient, type Network, requestAttribute } from '@ombre/protocol';
import type { Refusal } from '../refusal.ts';
import type { Upstream, Upstreams } from '../upstream/upstream.ts';
import { isAnonymousUnit } from './anonymous-unit.ts';
import { type PlacedValue, valueAt } from './placed-value.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';
import { createWorldReader, type World } from './world.ts';

export interface RouterOptions {
  readonly flag: string;
  readonly trusted: readonly Network[];
  /** Where the unit is read from; the first that has a value counts. */
  readonly units: readonly PlacedValue[];
  /** Further attributes by name. */
  readonly attributes: Readonly<Record<string, PlacedValue>>;
  /** Name of the cookie for anonymous units. */
  readonly cookie: string;
}

/** What becomes of one request, all of it from one revision. */
export interface Decision {
  readonly client: HttpClient;
  readonly revision: number | undefined;
  /** Undefined where nothing could be decided. */
  readonly outcome: Outcome | undefined;
  /** What is counted by. */
  readonly unit: string;
  /** The unit is new and its client should keep it. */
  readonly fresh: boolean;
  readonly verdict:
    | { readonly upstream: Upstream; readonly refusal?: never }
    | { readonly refusal: Refusal; readonly upstream?: never };
}

/** The parts of a request that are decided by. */
export type Asking = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'socket'>;

export interface Router {
  decide(asking: Asking): Decision;
  /** What the gateway last read of the snapshot; undefined before the first. */
  readonly world: World | undefined;
  /** Takes over a new snapshot now and not only with the next request. */
  refresh(): void;
}

export function createRouter(
  receiver: Receiver,
  upstreams: Upstreams,
  options: RouterOptions,
  clock: Clock,
  onWorld: (world: World) => void,
): Router {
  const readWorld = createWorldReader(options.flag);
  const readFlag = flagReader(options.flag);
  const attributes = Object.entries(options.attributes);
  const buckets = new Map<string, TokenBucket>();
  /** Connections whose peer is no trusted proxy: each of their requests comes from that peer. */
  const peers = new WeakMap<Socket, HttpClient>();
  let digest: string | undefined;
  let world: World | undefined;

  /** The snapshot and the upstreams change together: both are taken in the same turn of the event loop. */
  function current(): Snapshot | undefined {
    const { encoded, snapshot } = receiver;
    if (encoded !== undefined && encoded.digest !== digest) {
      digest = encoded.digest;
      world = readWorld(encoded);
      upstreams.follow(world.upstreams);
      onWorld(world);
    }
    return snapshot;
  }

  function clientAt(socket: Socket, headers: IncomingMessage['headers']): HttpClient {
    const known = peers.get(socket);
    if (known !== undefined) return known;
    const header = (name: string): string | undefined => headers[name] as string | undefined;
    const client = clientOf({ peer: socket.remoteAddress, header }, options.trusted);
    if (!client.forwarded) peers.set(socket, client);
    return client;
  }

  function throttle(outcome: Outcome, rate: number): Refusal | undefined {
    const rule = outcome.rule ?? '';
    let bucket = buckets.get(rule);
    if (bucket?.rate !== rate) {
      bucket = createTokenBucket(rate);
      buckets.set(rule, bucket);
    }
    const retryAfter = bucket.take(clock.monotonic());
    return retryAfter === 0 ? undefined : { code: 'THROTTLED', retryAfter };
  }

  function verdictOf(outcome: Outcome): Decision['verdict'] {
    const { action, value, variant } = outcome;
    if (action !== undefined && 'deny' in action) return { refusal: { code: 'DENIED' } };
    if (action !== undefined && 'throttle' in action) {
      const refusal = throttle(outcome, action.throttle);
      if (refusal !== undefined) return { refusal };
    }
    if (value === undefined) return { refusal: { code: 'NO_DECISION' } };
    const upstream =
      action !== undefined && 'degrade' in action
        ? upstreams.get(action.degrade)
        : upstreamFor(value, variant, upstreams);
    return upstream === undefined ? { refusal: { code: 'NO_UPSTREAM' } } : { upstream };
  }

  return {
    get world() {
      return world;
    },
    refresh: () => void current(),
    decide({ method = 'GET', url: target = '/', headers, socket }) {
      const client = clientAt(socket, headers);
      const given = firstValue(options.units, headers);
      const kept = given === undefined ? cookieIn(headers.cookie, options.cookie) : undefined;
      const anonymous = isAnonymousUnit(kept) ? kept : undefined;
      const key = given ?? anonymous ?? randomUUID();
      const fresh = given === undefined && anonymous === undefined;

      const snapshot = current();
      const revision = receiver.head?.revision;
      if (snapshot === undefined) {
        const verdict = { refusal: { code: 'NOT_READY', retryAfter: 1_000 } } as const;
        return { client, unit: key, fresh, revision, outcome: undefined, verdict };
      }
      const context: Record<string, unknown> = { targetingKey: key };
      const parts = { method, target, headers, address: client.address };
      for (const name of world?.asked ?? []) context[name] = requestAttribute(name, parts);
      for (const [name, place] of attributes) {
        const value = valueAt(place, headers);
        if (value !== undefined) context[name] = value;
      }
      const outcome = readFlag(bind(snapshot, context, clock.now()));
      const unit = countedUnit(world, context, key);
      return { client, unit, fresh, revision, outcome, verdict: verdictOf(outcome) };
    },
  };
}

/** A variant's requests go to the upstream its value names, else to the one its name names. */
export function upstreamFor<T>(
  value: unknown,
  variant: string | undefined,
  upstreams: { get(name: string): T | undefined },
): T | undefined {
  const byValue = typeof value === 'string' ? upstreams.get(value) : undefined;
  return byValue ?? (variant === undefined ? undefined : upstreams.get(variant));
}

/** Units are counted by what the flag buckets by, as far as the request gives it. */
function countedUnit(world: World | undefined, context: Context, key: string): string {
  const attribute = world?.flag?.unit;
  const value = attribute === undefined ? undefined : context[attribute];
  return typeof value === 'string' && value !== '' ? value : key;
}

function firstValue(places: readonly PlacedValue[], headers: IncomingMessage['headers']): string | undefined {
  for (const place of places) {
    const value = valueAt(place, headers);
    if (value !== undefined) return value;
  }
  return undefined;
}
