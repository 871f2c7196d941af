import { mixtureHalfWidth, rateLogEvidence, subBucketRate } from '@ombre/judge';
import type { GuardEvidence } from '../health/health.ts';
import { countsOf } from '../health/history.ts';
import { evidenceAboveControl } from './above-control.ts';
import { boundedEvidence, fractions } from './bounded-evidence.ts';
import { guardEvidence, percent } from './guard-evidence.ts';
import { type BucketCounts, between, rateOf, total } from './rates.ts';
import {
  evidenceNeeded,
  LEAST_BUCKETS,
  LEAST_REQUESTS,
  MISSED,
  type Sight,
  unitsOf,
  type Window,
  windowsOf,
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
/** Evidence (nats) that treatment differs from a control that breaks the limit too, so that the cause is not shared. */
const APART = 3;

/**
 * Bad when, in a window of any length that ends now, the rate is surely above the limit: exact, by sub-buckets of units, at
 * this look's part of the budget. Where so few units are treated that sub-buckets say nothing, only a rate surely above one
 * half is bad. Unknown when control breaks the limit alike. Good when the rate surely lies below the limit.
 */
export function judgeAbsoluteRate(sight: Sight, { guard, counted, limit, said }: RateLimit): GuardEvidence {
  const windows = windowsOf(sight);
  const found = windows
    .map((window) => inWindow(sight, window, counted, limit))
    .reduce((most, one) => (one.surplus > most.surplus ? one : most), NOTHING);
  if (found.surplus >= 0 && found.window !== undefined) {
    const { window, counts, nats } = found;
    const needed = nats - found.surplus;
    const rate = rateOf(counts);
    const numbers = { limit, rate, evidence: nats, needed };
    const sentence = `${percent(rate)} of ${total(counts.trials)} requests ${said}, surely above ${percent(limit)}`;
    if (isShared(sight, window, counted, limit)) {
      const both = `${sentence}, but control does alike: the cause is shared`;
      return guardEvidence(sight, guard, counted, { verdict: 'unknown', sentence: both, numbers, window });
    }
    return guardEvidence(sight, guard, counted, { verdict: 'bad', sentence, numbers, window });
  }
  const whole = windows[0];
  const counts = whole && countsOf(whole.to.treated, counted);
  return guardEvidence(sight, guard, counted, weigh(sight, counts, limit, said));
}

type InWindow = {
  readonly window?: Window;
  readonly counts: BucketCounts;
  readonly nats: number;
  /** Evidence beyond what is needed. */
  readonly surplus: number;
};

const NOTHING: InWindow = { counts: { events: [], trials: [] }, nats: 0, surplus: Number.NEGATIVE_INFINITY };

function inWindow(sight: Sight, window: Window, counted: number | 'failures', limit: number): InWindow {
  const counts = between(countsOf(window.from.treated, counted), countsOf(window.to.treated, counted));
  if (rateOf(counts) <= limit) return NOTHING;
  const nats = boundedEvidence(fractions(counts.events, counts.trials), limit);
  return { window, counts, nats, surplus: nats - evidenceNeeded(window, sight.alphaNow) };
}

/** Whether control breaks the limit in the same window, and treatment is not clearly worse than control. */
function isShared(sight: Sight, { from, to }: Window, counted: number | 'failures', limit: number): boolean {
  const control = between(countsOf(from.control, counted), countsOf(to.control, counted));
  if (total(control.trials) < 20 || rateOf(control) <= limit) return false;
  const compared = between(countsOf(from.compared, counted), countsOf(to.compared, counted));
  const counts = { now: control, whole: countsOf(to.control, counted), weight: sight.history.weight };
  return evidenceAboveControl(compared, counts, 0, APART) < APART;
}

/** What all that was counted says when no window is bad. */
function weigh(
  sight: Sight,
  counts: BucketCounts | undefined,
  limit: number,
  said: string,
): Parameters<typeof guardEvidence>[3] {
  const trials = counts === undefined ? 0 : total(counts.trials);
  if (counts === undefined || trials === 0) {
    return { verdict: 'undecided', sentence: 'no requests yet', numbers: { limit } };
  }
  const rate = rateOf(counts);
  const saw = `${percent(rate)} of ${trials} requests ${said}`;
  const few = Math.max(limit, FEW_LIMIT);
  const nats = rate > few ? rateLogEvidence({ events: total(counts.events), trials }, few) : 0;
  if (unitsOf(sight).treated < FEW_UNITS && nats >= Math.log(1 / sight.alpha)) {
    const sentence = `${saw}, surely above ${percent(few)}`;
    return { verdict: 'bad', sentence, numbers: { limit: few, rate, evidence: nats } };
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
