import { z } from 'zod';
import { parseDuration } from '../../duration.ts';
import { type BaselineGuard, baselineGuard } from './baseline.ts';
import { type CallerGuard, callerGuard } from './caller.ts';
import { type ErrorRateGuard, errorRateGuard } from './error-rate.ts';
import { type ErrorsAboveControlGuard, errorsAboveControlGuard } from './errors-above-control.ts';
import { type LatencyGuard, latencyGuard } from './latency.ts';
import { type MeanLatencyGuard, meanLatencyGuard } from './mean-latency.ts';
import { type MetricGuard, metricGuard } from './metric.ts';
import { type SlowAboveControlGuard, slowAboveControlGuard } from './slow-above-control.ts';

/** Judged from what gateways count. */
export type CountersGuard =
  | ErrorRateGuard
  | LatencyGuard
  | MeanLatencyGuard
  | ErrorsAboveControlGuard
  | SlowAboveControlGuard;

/** Judged from numbers that somebody else measures. */
export type MeasuredGuard = MetricGuard | CallerGuard | BaselineGuard;

/** A limit on the change; each kind is one key. */
export type Guard = CountersGuard | MeasuredGuard;

export const guardSchema: z.ZodType<Guard> = z.union([
  errorRateGuard,
  latencyGuard,
  meanLatencyGuard,
  errorsAboveControlGuard,
  slowAboveControlGuard,
  metricGuard,
  callerGuard,
  baselineGuard,
]);

export function isMeasured(guard: Guard): guard is MeasuredGuard {
  return 'metric' in guard || 'caller' in guard || 'baseline' in guard;
}

/** The latencies, in milliseconds, ascending, at which counters must have an edge for these guards. */
export function latencyLimits(guards: readonly Guard[]): readonly number[] {
  const limits = guards.flatMap((guard) => {
    const over =
      'latency' in guard
        ? guard.latency.over
        : 'slowAboveControl' in guard
          ? guard.slowAboveControl.over
          : undefined;
    return over === undefined ? [] : [parseDuration(over) ?? 0];
  });
  return [...new Set(limits)].sort((a, b) => a - b);
}
