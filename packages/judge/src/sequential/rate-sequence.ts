import { logBeta } from '../distributions/log-gamma.ts';
import { type Judged, refuse } from '../refusal.ts';
import type { RateCounts } from './rate-e-process.ts';

/**
 * ln of the e-value against "the rate is `rate`": the Beta(½, ½)-mixed likelihood over the likelihood at `rate`
 * (Ville 1939; Robbins 1970). Exact for independent trials at every look.
 */
export function rateLogEvidence({ events, trials }: RateCounts, rate: number): number {
  const misses = trials - events;
  const mixed = logBeta(events + 0.5, misses + 0.5) - LOG_PI;
  const at = (events > 0 ? events * Math.log(rate) : 0) + (misses > 0 ? misses * Math.log1p(-rate) : 0);
  return mixed - at;
}

/** All rates not refuted at this look: an exact confidence sequence for one rate, each end within 1e-12. */
export function rateSequence(
  counts: RateCounts,
  alpha: number,
): Judged<{ readonly rate: number; readonly low: number; readonly high: number }> {
  const { events, trials } = counts;
  if (!(trials > 0)) return refuse('ARM_EMPTY', 'no trials yet');
  if (!(events >= 0 && events <= trials)) {
    return refuse('INPUT_INVALID', `${events} events among ${trials} trials`);
  }
  const rate = events / trials;
  const target = -Math.log(alpha);
  const refuted = (at: number) => rateLogEvidence(counts, at) >= target;
  return {
    rate,
    low: events === 0 ? 0 : edge(0, rate, refuted),
    high: events === trials ? 1 : edge(1, rate, refuted),
  };
}

const LOG_PI = Math.log(Math.PI);

/** Boundary between a refuted rate outside and a kept one inside. */
function edge(outside: number, inside: number, refuted: (rate: number) => boolean): number {
  let out = outside;
  let kept = inside;
  for (let step = 0; step < 100 && Math.abs(out - kept) > 1e-13 * Math.max(out, kept); step++) {
    const middle = (out + kept) / 2;
    if (refuted(middle)) out = middle;
    else kept = middle;
  }
  return out;
}
