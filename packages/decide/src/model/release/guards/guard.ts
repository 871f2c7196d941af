import { z } from 'zod';
import { parseDuration } from '../../duration.ts';
import { type ErrorRateGuard, errorRateGuard } from './error-rate.ts';
import { type ErrorsAboveControlGuard, errorsAboveControlGuard } from './errors-above-control.ts';
import { type LatencyGuard, latencyGuard } from './latency.ts';
import { type MeanLatencyGuard, meanLatencyGuard } from './mean-latency.ts';
import { type SlowAboveControlGuard, slowAboveControlGuard } from './slow-above-control.ts';

/** A limit on the change; each kind is one key. */
export type Guard =
  | ErrorRateGuard
  | LatencyGuard
  | MeanLatencyGuard
  | ErrorsAboveControlGuard
  | SlowAboveControlGuard;

export const guardSchema: z.ZodType<Guard> = z.union([
  errorRateGuard,
  latencyGuard,
  meanLatencyGuard,
  errorsAboveControlGuard,
  slowAboveControlGuard,
]);

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
