import { type MeanLatencyGuard, parseDuration } from '@ombre/decide/model';
import { mixtureHalfWidth, subBucketRate } from '@ombre/judge';
import type { GuardEvidence } from '../health/health.ts';
import type { ArmTally } from '../health/tally.ts';
import { type Finding, guardEvidence } from './guard-evidence.ts';
import { LEAST_BUCKETS, LEAST_REQUESTS, LEAST_UNITS, MISSED, type Sight, unitsOf } from './sight.ts';

/**
 * Bad when the mean latency since the evidence began is surely above the limit: asymptotic confidence sequence between sub-buckets, from 30
 * units each (latencies have no bound, so nothing exact exists). Unknown when that of control is above it too and treatment's not surely
 * beyond. Good when it surely lies below.
 */
export function judgeMeanLatency(sight: Sight, { meanLatency }: MeanLatencyGuard): GuardEvidence {
  const limit = parseDuration(meanLatency.max) ?? 0;
  return guardEvidence(sight, `meanLatency ${meanLatency.max}`, 'failures', weigh(sight, limit));
}

function weigh(sight: Sight, limit: number): Finding {
  const treated = meanOf(sight, 'treatment', limit);
  const { requests, mean } = treated;
  if (mean.refused || !treated.enough) {
    return { verdict: 'undecided', sentence: `${requests} requests: too few to judge`, numbers: { limit } };
  }
  const { rate, variance } = mean;
  const lower = rate - mixtureHalfWidth(variance, limit / 4, sight.alpha, 'above');
  const upper = rate + mixtureHalfWidth(variance, limit / 4, MISSED, 'below');
  const saw = `${Math.round(rate)} ms on average over ${requests} requests`;
  const numbers = { limit, mean: rate, lower, upper };
  if (lower > limit && unitsOf(sight).treated >= LEAST_UNITS) {
    const above = `${saw}, surely above ${limit} ms`;
    const control = meanOf(sight, 'control', limit).mean;
    const most = control.refused
      ? 0
      : control.rate + mixtureHalfWidth(control.variance, limit / 4, MISSED, 'below');
    return !control.refused && control.rate > limit && lower <= most
      ? { verdict: 'unknown', sentence: `${above}, but control is alike: the cause is shared`, numbers }
      : { verdict: 'bad', sentence: above, numbers };
  }
  return upper < limit
    ? { verdict: 'good', sentence: `${saw}, surely below ${limit} ms`, numbers }
    : { verdict: 'undecided', sentence: `${saw}, not surely below ${limit} ms yet`, numbers };
}

/** The mean latency of an arm since the evidence began, and whether enough requests were seen to judge by. */
function meanOf({ tally, history }: Sight, arm: 'treatment' | 'control', limit: number) {
  const numerator = Array.from({ length: 64 }, () => 0);
  const denominator = Array.from({ length: 64 }, () => 0);
  for (const [level, arms] of Object.entries(tally.levels)) {
    const before: ArmTally | undefined = history.first.levels[level]?.[arm];
    arms[arm].ended.forEach((ended, bucket) => {
      denominator[bucket] = (denominator[bucket] ?? 0) + ended - (before?.ended[bucket] ?? 0);
      const sum = (arms[arm].latencySum[bucket] ?? 0) - (before?.latencySum[bucket] ?? 0);
      numerator[bucket] = (numerator[bucket] ?? 0) + sum;
    });
  }
  const requests = denominator.reduce((sum, ended) => sum + ended, 0);
  const buckets = denominator.filter((ended) => ended > 0).length;
  const enough = requests >= LEAST_REQUESTS && buckets >= LEAST_BUCKETS;
  return { requests, enough, mean: subBucketRate({ numerator, denominator }, limit) };
}
