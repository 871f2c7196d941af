import { parseDuration } from '@ombre/decide/model';
import { mixtureHalfWidth, subBucketRate } from '@ombre/judge';
import { guardEvidence } from './guard-evidence.js';
import { LEAST_BUCKETS, LEAST_REQUESTS, LEAST_UNITS, MISSED, unitsOf } from './sight.js';
/**
 * Bad when the mean latency of the epoch is surely above the limit: asymptotic confidence sequence between sub-buckets, from 30
 * units each (latencies have no bound, so nothing exact exists). Good when it surely lies below.
 */
export function judgeMeanLatency(sight, { meanLatency }) {
    const limit = parseDuration(meanLatency.max) ?? 0;
    return guardEvidence(sight, `meanLatency ${meanLatency.max}`, 'failures', weigh(sight, limit));
}
function weigh(sight, limit) {
    const numerator = Array.from({ length: 64 }, () => 0);
    const denominator = Array.from({ length: 64 }, () => 0);
    for (const { treatment } of Object.values(sight.tally.levels)) {
        treatment.ended.forEach((ended, bucket) => {
            denominator[bucket] = (denominator[bucket] ?? 0) + ended;
            numerator[bucket] = (numerator[bucket] ?? 0) + (treatment.latencySum[bucket] ?? 0);
        });
    }
    const requests = denominator.reduce((sum, ended) => sum + ended, 0);
    const mean = subBucketRate({ numerator, denominator }, limit);
    const buckets = denominator.filter((ended) => ended > 0).length;
    if (mean.refused || requests < LEAST_REQUESTS || buckets < LEAST_BUCKETS) {
        return { verdict: 'undecided', sentence: `${requests} requests: too few to judge`, numbers: { limit } };
    }
    const { rate, variance } = mean;
    const lower = rate - mixtureHalfWidth(variance, limit / 4, sight.alpha, 'above');
    const upper = rate + mixtureHalfWidth(variance, limit / 4, MISSED, 'below');
    const saw = `${Math.round(rate)} ms on average over ${requests} requests`;
    const numbers = { limit, mean: rate, lower, upper };
    if (lower > limit && unitsOf(sight).treated >= LEAST_UNITS) {
        return { verdict: 'bad', sentence: `${saw}, surely above ${limit} ms`, numbers };
    }
    return upper < limit
        ? { verdict: 'good', sentence: `${saw}, surely below ${limit} ms`, numbers }
        : { verdict: 'undecided', sentence: `${saw}, not surely below ${limit} ms yet`, numbers };
}
//# sourceMappingURL=mean-latency.js.map