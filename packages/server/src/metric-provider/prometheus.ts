import type { Clock } from '@ombre/carry';
import { z } from 'zod';
import type { MetricAnswer, MetricProvider, MetricSample } from './metric-provider.ts';
import { textUpTo } from './text-up-to.ts';

export interface PrometheusOptions {
  /** Such as `http://127.0.0.1:9090`, with the path it is published under. */
  readonly url: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: Clock;
  /** Sent as a bearer token. */
  readonly token?: string;
  /** Milliseconds in which it must answer. Default: 3,000. */
  readonly timeout?: number;
}

const TIMEOUT = 3_000;
/** Bytes of an answer, and series in it, that are read at most. */
const LONGEST = 1 << 20;
const MOST_SERIES = 1_000;
/** A value older than this, in seconds, is no answer: twice the usual time between scrapes. */
const LOOK_BACK = 120;

const point = z.tuple([z.number(), z.string()]);
const answer = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({
        resultType: z.literal('vector'),
        result: z
          .array(z.object({ metric: z.record(z.string(), z.string()), value: point }))
          .max(MOST_SERIES),
      }),
      z.object({ resultType: z.literal('scalar'), result: point }),
    ]),
  }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
]);

/** Asks Prometheus, or what speaks its HTTP API (`/api/v1/query`), by instant queries. */
export function openPrometheus(options: PrometheusOptions): MetricProvider {
  const { clock, timeout = TIMEOUT } = options;
  return {
    async query(query, at, signal) {
      if (signal.aborted) return unknown('called off');
      const deadline = new AbortController();
      let why: string | undefined;
      const end = (reason: string) => () => {
        why ??= reason;
        deadline.abort();
      };
      const callOff = end('called off');
      const cancel = clock.after(timeout, end(`no answer within ${timeout / 1000} s`));
      signal.addEventListener('abort', callOff, { once: true });
      try {
        return await ask(options, { query, at, timeout }, deadline.signal);
      } catch (error) {
        return unknown(why ?? reasonOf(error));
      } finally {
        cancel();
        signal.removeEventListener('abort', callOff);
      }
    },
  };
}

async function ask(
  { url, fetch, token }: PrometheusOptions,
  { query, at, timeout }: { readonly query: string; readonly at: number; readonly timeout: number },
  signal: AbortSignal,
): Promise<MetricAnswer> {
  const body = new URLSearchParams({
    query,
    time: String(at / 1000),
    timeout: `${timeout}ms`,
    lookback_delta: `${LOOK_BACK}s`,
  });
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(`${url.replace(/\/+$/, '')}/api/v1/query`, {
    method: 'POST',
    headers,
    body: body.toString(),
    redirect: 'error',
    signal,
  });
  const text = await textUpTo(response, LONGEST);
  if (text === undefined) return unknown('the answer is too long');
  const parsed = answer.safeParse(jsonOf(text));
  if (!parsed.success) return unknown(`not an answer of Prometheus (HTTP ${response.status})`);
  if (parsed.data.status === 'error')
    return unknown(`${parsed.data.errorType}: ${parsed.data.error.slice(0, 200)}`);
  const { data } = parsed.data;
  return data.resultType === 'scalar'
    ? known([{ labels: {}, ...readPoint(data.result) }])
    : known(data.result.map(({ metric, value }) => ({ labels: metric, ...readPoint(value) })));
}

function readPoint([at, text]: readonly [number, string]): { readonly at: number; readonly value: number } {
  return { at: at * 1000, value: Number(text.replace('Inf', 'Infinity')) };
}

/** One series without a number makes the answer unknown: what it hides may be the worst. */
function known(samples: readonly MetricSample[]): MetricAnswer {
  const [first, ...others] = samples;
  if (first === undefined) return unknown('no series matches the query');
  if (samples.some(({ value }) => !Number.isFinite(value))) return unknown('a value is NaN or infinite');
  return { result: 'samples', samples: [first, ...others] };
}

function unknown(why: string): MetricAnswer {
  return { result: 'unknown', why };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `connect ECONNREFUSED …` is in the cause of what fetch throws. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code ?? (cause instanceof Error && cause.message !== '' ? cause.message : 'it cannot be reached');
}
