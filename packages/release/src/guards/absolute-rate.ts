import { mixtureHalfWidth, rateLogEvidence, subBucketRate } from '@ombre/judge';
import type { GuardEvidence } from '../health/health.ts';
import { countsOf } from '../health/history.ts';
import { boundedEvidence, fractions } from './bounded-evidence.ts';
import { causeOf, UNCLEAR } from './cause-of.ts';
import { type Finding, guardEvidence, percent } from './guard-evidence.ts';
import { type BucketCounts, rateOf, total } from './rates.ts';
import {
  CALM_REQUESTS,
  countsIn,
  gather,
  LEAST_BUCKETS,
  LEAST_REQUESTS,
  lately,
  likelyStart,
  MISSED,
  rateIn,
  type Sight,
  unitsOf,
} from './sight.ts';

/** A limit on the share of bad requests: `counted` says which are bad, `said` says it for people. */
export type RateLimit = {
  readonly guard: string;
  readonly counted: number | 'failures';
  readonly limit: number;
  readonly said: string;
};

/** Fewer units than this cannot be told from a broken client. */
const FEW_UNITS = 64;
/** The rate that few units must surely exceed. */
const FEW_LIMIT = 0.5;

/**
 * Bad when windows of all lengths that end now say together that the rate is surely above the limit: exact, by sub-buckets of
 * units. Where so few units are treated that sub-buckets say nothing, only a rate surely above one
 * half is bad. Unknown when control breaks the limit alike, until both keep it again and evidence begins anew. Good when the rate surely lies below the limit.
 */
export function judgeAbsoluteRate(sight: Sight, { guard, counted, limit, said }: RateLimit): GuardEvidence {
  const found = gather(sight, sight.alpha, (window) => {
    if (rateIn(window, 'treated', counted) <= limit) return 0;
    const counts = countsIn(window, 'treated', counted);
    return boundedEvidence(fractions(counts.events, counts.trials), limit);
  });
  if (found !== undefined && found.surplus >= 0) {
    const { window, nats, needed, began } = found;
    const counts = countsIn(window, 'treated', counted);
    const rate = rateOf(counts);
    const numbers = { limit, rate, evidence: nats, needed };
    const sentence = `${percent(rate)} of ${total(counts.trials)} requests ${said}, surely above ${percent(limit)}`;
    const cause = causeOf(sight, counted, { limit });
    if (cause === 'unclear') {
      const waits = `${sentence}; ${UNCLEAR}`;
      return guardEvidence(sight, guard, counted, { verdict: 'undecided', sentence: waits, numbers, window });
    }
    if (cause === 'shared') {
      const both = `${sentence}, but control does alike: the cause is shared`;
      const over = isCalm(sight, counted, limit);
      return guardEvidence(sight, guard, counted, {
        verdict: 'unknown',
        sentence: over ? `${both}, and over` : both,
        numbers,
        window,
        over,
      });
    }
    return guardEvidence(sight, guard, counted, { verdict: 'bad', sentence, numbers, window, began });
  }
  const whole = sight.history.snapshots.at(-1);
  const counts = whole && countsOf(whole.treated, counted);
  const finding = weigh(sight, counts, { counted, limit, said });
  const both = counts && rateOf(counts) > limit && rateOf(countsOf(whole.control, counted)) > limit;
  const over = finding.verdict === 'undecided' && both === true && isCalm(sight, counted, limit);
  return guardEvidence(sight, guard, counted, { ...finding, over });
}

/** Whether both arms have kept the limit of late. */
function isCalm(sight: Sight, counted: number | 'failures', limit: number): boolean {
  const window = lately(sight);
  if (window === undefined) return false;
  return (['treated', 'control'] as const).every((side) => {
    const { trials } = countsIn(window, side, counted);
    return total(trials) >= CALM_REQUESTS && rateIn(window, side, counted) <= limit;
  });
}

/** What all that was counted says when no window is bad. */
function weigh(
  sight: Sight,
  counts: BucketCounts | undefined,
  { counted, limit, said }: Omit<RateLimit, 'guard'>,
): Finding {
  const trials = counts === undefined ? 0 : total(counts.trials);
  if (counts === undefined || trials === 0) {
    return { verdict: 'undecided', sentence: 'no requests yet', numbers: { limit } };
  }
  const rate = rateOf(counts);
  const saw = `${percent(rate)} of ${trials} requests ${said}`;
  const few = Math.max(limit, FEW_LIMIT);
  const nats = rate > few ? rateLogEvidence({ events: total(counts.events), trials }, few) : 0;
  const surely = unitsOf(sight).treated < FEW_UNITS && nats >= Math.log(1 / sight.alpha);
  if (surely && causeOf(sight, counted, { limit: few }) === 'change') {
    const sentence = `${saw}, surely above ${percent(few)}`;
    const began = likelyStart(sight, (window) => {
      const { events, trials } = countsIn(window, 'treated', counted);
      return rateLogEvidence({ events: total(events), trials: total(trials) }, few);
    });
    return { verdict: 'bad', sentence, numbers: { limit: few, rate, evidence: nats }, began };
  }
  const spread = subBucketRate({ numerator: counts.events, denominator: counts.trials }, 1);
  const enough = trials >= LEAST_REQUESTS && counts.trials.filter((n) => n > 0).length >= LEAST_BUCKETS;
  if (spread.refused || !enough) {
    const sentence = `${saw}: too few requests to judge`;
    return { verdict: 'undecided', sentence, numbers: { limit, rate } };
  }
  const upper = rate + mixtureHalfWidth(spread.variance, limit / 2, MISSED, 'below');
  const good = upper < limit;
  const sentence = good
    ? `${saw}, surely below ${percent(limit)}`
    : `${saw}, perhaps up to ${percent(upper)}: cannot be told from ${percent(limit)} yet`;
  return { verdict: good ? 'good' : 'undecided', sentence, numbers: { limit, rate, upper } };
}
