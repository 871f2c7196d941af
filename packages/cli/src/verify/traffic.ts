import { Agent, request } from 'node:http';
import { attributeHeader, OPERATION } from './faulty-service.ts';
import { drawFrom, normal, type Random } from './random.ts';
import type { Operation, TrafficPlan } from './suite.ts';

/** The header that names the user. */
export const UNIT = 'x-verify-unit';

/** One request as its user saw it. Times in ms of the monotonic clock. */
export interface Sample {
  readonly operation: string;
  /** Of its user. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The variant that answered, as the gateway says; undefined where it refused, nobody answered, or a caller was asked. */
  readonly variant: string | undefined;
  readonly began: number;
  readonly took: number;
  readonly failed: boolean;
}

export interface Traffic {
  readonly samples: readonly Sample[];
  /** Longest time in which this process could not do anything, ms, since it was warm. */
  readonly stalled: number;
  /** Grows to the full rate and waits until answers keep up; what was met until then is forgotten. */
  warm(): Promise<void>;
  /** Sends nothing more and waits for what is under way. */
  stop(): Promise<void>;
}

interface User {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Milliseconds between looks at how many requests are due. */
const BEAT = 5;
/** Milliseconds in which the rate grows: programs that just began are slow, whatever version they are. */
const WARM = 2_000;
/** Milliseconds a user waits at most. */
const PATIENCE = 30_000;

/**
 * Users that come in at a rate, whatever the answers take: arrivals are Poisson, some users come far more often than others
 * (log-normal, as crowds do), each keeps its attributes. The same seed draws the same users. They ask at `url`, or for operations at a
 * caller at its address in `callers`.
 */
export function startTraffic(
  url: string,
  callers: ReadonlyMap<string, string>,
  { requestsPerSecond, users, attributes, operations }: TrafficPlan,
  random: Random,
): Traffic {
  const crowd = makeCrowd(users, attributes, random);
  const kinds = Object.entries(operations).map(
    ([name, operation]) => [{ name, operation }, operation.weight] as const,
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 2_000 });
  let samples: Sample[] = [];
  const flying = new Set<Promise<void>>();
  const doors = new Map(
    Object.entries(operations).map(([name, { at }]) => {
      const { hostname, port } = new URL((at === undefined ? undefined : callers.get(at)) ?? url);
      return [name, { hostname, port }];
    }),
  );
  let count = 0;
  const opened = performance.now();
  let last = opened;
  let owed = 0;
  let stalled = 0;

  function send(): void {
    const user = crowd[indexBelow(crowd, random)]?.user as User;
    const { name, operation } = drawFrom(kinds, random);
    count += 1;
    const one = ask(name, operation, user, count).then((sample) => {
      samples.push(sample);
      flying.delete(one);
    });
    flying.add(one);
  }

  function ask(name: string, operation: Operation, user: User, n: number): Promise<Sample> {
    const filled = (text: string): string => text.replaceAll('{user}', user.id).replaceAll('{n}', String(n));
    const began = performance.now();
    const body =
      operation.body === undefined
        ? undefined
        : filled(typeof operation.body === 'string' ? operation.body : JSON.stringify(operation.body));
    const headers = {
      ...user.headers,
      [OPERATION]: name,
      ...(typeof operation.body === 'object' ? { 'content-type': 'application/json' } : {}),
      ...Object.fromEntries(
        Object.entries(operation.headers).map(([header, value]) => [header, filled(value)]),
      ),
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
    };
    return new Promise((resolve) => {
      const done = (variant: string | undefined, failed: boolean): void =>
        resolve({
          operation: name,
          attributes: user.attributes,
          variant,
          began,
          took: performance.now() - began,
          failed,
        });
      const sent = request(
        {
          ...doors.get(name),
          method: operation.method,
          path: filled(operation.path),
          headers,
          agent,
          timeout: PATIENCE,
        },
        (answer) => {
          const variant = answer.headers['ombre-variant'] as string | undefined;
          answer.resume();
          answer.on('end', () => done(variant, (answer.statusCode ?? 0) >= operation.failsFrom));
          answer.on('error', () => done(variant, true));
        },
      );
      sent.on('timeout', () => sent.destroy());
      sent.on('error', () => done(undefined, true));
      sent.end(body);
    });
  }

  const timer = setInterval(() => {
    const now = performance.now();
    const rate = requestsPerSecond * Math.min(1, 0.05 + (now - opened) / WARM);
    stalled = Math.max(stalled, now - last - BEAT);
    owed += ((now - last) / 1000) * rate;
    last = now;
    // Poisson in number over each beat, with the rate as its mean.
    const due = Math.min(poisson(owed, random), requestsPerSecond);
    owed = 0;
    for (let at = 0; at < due; at++) send();
  }, BEAT);

  return {
    get samples() {
      return samples;
    },
    get stalled() {
      return stalled;
    },
    async warm() {
      const deadline = opened + 10 * WARM;
      const behind = (): boolean => flying.size > Math.max(20, requestsPerSecond / 4);
      for (let now = opened; now < opened + WARM || (behind() && now < deadline); now = performance.now()) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const since = performance.now();
      await Promise.all(flying);
      samples = samples.filter(({ began }) => began >= since);
      stalled = 0;
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(flying);
      agent.destroy();
    },
  };
}

function makeCrowd(
  users: number,
  attributes: TrafficPlan['attributes'],
  random: Random,
): readonly { readonly user: User; readonly upTo: number }[] {
  let upTo = 0;
  const names = Object.entries(attributes);
  return Array.from({ length: users }, (_, at) => {
    upTo += Math.exp(normal(random));
    const id = `user-${at + 1}`;
    const own = names.map(([name, values]) => [name, drawFrom(Object.entries(values), random)] as const);
    const headers = own.map(([, value], index) => [attributeHeader(index), value] as const);
    return {
      user: {
        id,
        headers: { [UNIT]: id, ...Object.fromEntries(headers) },
        attributes: Object.fromEntries(own),
      },
      upTo,
    };
  });
}

/** Whose turn it is, by how often each comes. */
function indexBelow(crowd: readonly { readonly upTo: number }[], random: Random): number {
  const wanted = random() * (crowd.at(-1)?.upTo ?? 0);
  let low = 0;
  let high = crowd.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((crowd[middle]?.upTo ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Knuth's product method; means of a beat are small. */
function poisson(mean: number, random: Random): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let product = random();
  let count = 0;
  while (product > limit) {
    product *= random();
    count += 1;
  }
  return count;
}
