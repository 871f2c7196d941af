import { type BreakerSpec, parseDuration } from '@ombre/decide/model';
import type { BreakerSettings } from './breaker.ts';

/** The settings of one upstream's breaker: what its spec says over the gateway's own; undefined where breaking is off. */
export function readBreaker(
  spec: BreakerSpec | false | undefined,
  settings: BreakerSettings | undefined,
): BreakerSettings | undefined {
  if (spec === false || settings === undefined) return undefined;
  if (spec === undefined) return settings;
  const { window, calls, slowOver, wait, minimumCalls, failureRate, slowRate, probes } = spec;
  return {
    ...settings,
    ...(window === undefined
      ? {}
      : { window: { seconds: Math.max(1, Math.round(milliseconds(window) / 1_000)) } }),
    ...(calls === undefined ? {} : { window: { calls } }),
    ...(slowOver === undefined ? {} : { slowOver: milliseconds(slowOver) }),
    ...(wait === undefined ? {} : { wait: milliseconds(wait) }),
    ...(minimumCalls === undefined ? {} : { minimumCalls }),
    ...(failureRate === undefined ? {} : { failureRate }),
    ...(slowRate === undefined ? {} : { slowRate }),
    ...(probes === undefined ? {} : { probes }),
  };
}

function milliseconds(duration: string): number {
  return parseDuration(duration) ?? 0;
}
