import { type HttpProbe, type MetricProbe, parseDuration } from '@ombre/decide/model';
import type { MetricProvider } from '../metric-provider/metric-provider.ts';
import type { EffectOf, Performed, Performer } from './effect.ts';
import type { Call } from './egress/call.ts';

export interface ProbeOptions {
  readonly call: Call;
  readonly now: () => number;
  /** Where metric probes ask; without it they are unknown. */
  readonly metrics?: MetricProvider | undefined;
}

/** Asks a service or the metrics. What this side could not ask is `unknown`; a service that is away or late has failed. */
export function createProbe(options: ProbeOptions): Performer<EffectOf<'probe'>> {
  return {
    perform: (_, { probe }, signal) =>
      'http' in probe ? askService(options, probe, signal) : askMetrics(options, probe, signal),
  };
}

async function askService(
  { call }: ProbeOptions,
  { http }: HttpProbe,
  signal: AbortSignal,
): Promise<Performed> {
  const timeout = parseDuration(http.timeout ?? '2s') ?? 2_000;
  const answer = await call(http.url, { method: 'GET', timeout }, signal);
  if (!answer.ok) return { result: answer.ours ? 'unknown' : 'failed', detail: answer.detail };
  const { status } = answer;
  const well = http.status === undefined ? status >= 200 && status < 300 : status === http.status;
  if (well) return { result: 'done' };
  const { host } = new URL(http.url);
  return { result: 'failed', detail: `${host} answered ${status}, not ${http.status ?? '2xx'}` };
}

/** Every series of the answer must be within the limit. */
async function askMetrics(
  { metrics, now }: ProbeOptions,
  { metric }: MetricProbe,
  signal: AbortSignal,
): Promise<Performed> {
  if (metrics === undefined) return { result: 'unknown', detail: 'this server has no source of metrics' };
  const answer = await metrics.query(metric.query, now(), signal);
  if (answer.result === 'unknown') return { result: 'unknown', detail: answer.why };
  const worst = Math.max(...answer.samples.map(({ value }) => value));
  if (worst <= metric.max) return { result: 'done' };
  return { result: 'failed', detail: `${metric.query} is ${worst}, above ${metric.max}` };
}
