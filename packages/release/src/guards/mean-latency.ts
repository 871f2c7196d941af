import { type MeanLatencyGuard, parseDuration } from '@ombre/decide/model';
import { mixtureHalfWidth, subBucketRate } from '@ombre/judge';
import type { GuardEvidence } from '../health/health.ts';
import { UNCLEAR } from './cause-of.ts';
import { causeOfMean, isOver } from './cause-of-mean.ts';
import { type Finding, guardEvidence } from './guard-evidence.ts';
import { treatmentLatency } from './latency-sums.ts';
import { total } from './rates.ts';
import { isEnough, LEAST_UNITS, MISSED, type Sight, unitsOf } from './sight.ts';

/**
 * Bad when the mean latency since the evidence began is surely above the limit and the change did it: asymptotic confidence sequence between
 * sub-buckets, from 30 units each (latencies have no bound, so nothing exact exists). Unknown when control is slow alike, until both keep the limit again
 * and evidence begins anew. Good when the mean surely lies below.
 */
export function judgeMeanLatency(sight: Sight, { meanLatency }: MeanLatencyGuard): GuardEvidence {
  const limit = parseDuration(meanLatency.max) ?? 0;
  return guardEvidence(sight, `meanLatency ${meanLatency.max}`, 'failures', weigh(sight, limit));
}

function weigh(sight: Sight, limit: number): Finding {
  const sums = treatmentLatency(sight);
  const requests = total(sums.trials);
  const mean = subBucketRate({ numerator: sums.events, denominator: sums.trials }, limit);
  if (mean.refused || !isEnough(sums)) {
    return { verdict: 'undecided', sentence: `${requests} requests: too few to judge`, numbers: { limit } };
  }
  const { rate, variance } = mean;
  const lower = rate - mixtureHalfWidth(variance, limit / 4, sight.alpha, 'above');
  const upper = rate + mixtureHalfWidth(variance, limit / 4, MISSED, 'below');
  const saw = `${Math.round(rate)} ms on average over ${requests} requests`;
  const numbers = { limit, mean: rate, lower, upper };
  if (upper < limit) return { verdict: 'good', sentence: `${saw}, surely below ${limit} ms`, numbers };
  const over = isOver(sight, limit);
  if (lower <= limit || unitsOf(sight).treated < LEAST_UNITS) {
    return { verdict: 'undecided', sentence: `${saw}, not surely below ${limit} ms yet`, numbers, over };
  }
  const above = `${saw}, surely above ${limit} ms`;
  const cause = causeOfMean(sight, limit);
  if (cause === 'change') return { verdict: 'bad', sentence: above, numbers };
  if (cause === 'unclear') return { verdict: 'undecided', sentence: `${above}; ${UNCLEAR}`, numbers };
  const both = `${above}, but control is alike: the cause is shared`;
  return { verdict: 'unknown', sentence: over ? `${both}, and over` : both, numbers, over };
}
