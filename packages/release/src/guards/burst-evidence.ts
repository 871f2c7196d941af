import { subBucketRate } from '@ombre/judge';
import { type BucketCounts, total } from './rates.ts';

/** What is known of the rate of healthy requests before a window is looked at: its value, and the variance of its logarithm between moments and arms. */
export type UsualRate = { readonly rate: number; readonly variance: number };

/** A service of which nothing is known fails once in a hundred requests, give or take a factor of three. */
const PRIOR = { events: 1, trials: 100 };
/** Deviation of the logarithm of a rate between moments. */
const WEATHER = 0.4;
/** Share of moments in which everything fails at any rate at all, for both arms: that of a service up 99.9 % of the time. */
const OUTAGES = 0.001;
/** Rates that are weighed, evenly apart in their logarithm, up to one. */
const RATES = 24;
/** Fewer sub-buckets with a failure are no burst. */
const LEAST = 3;
/**
 * Nats that are given back. The last failure carries the evidence past what is needed, on average by two at least: crossing e^needed is
 * so much rarer than e^-needed (Siegmund, "Sequential Analysis", 1985, ch. 8); a failure that is ten times as likely when the versions
 * differ is worth 2.3. One more is spare because windows that end together see the same failures, while their budgets add up as
 * if they did not (docs/adr/019).
 */
const GIVEN_BACK = 3;

/** Evidence so far, in nats, below what is needed changes nothing. */
const FAR = 3;

/** Compares arms in windows, given what is usual. */
export type BurstTest = (window: {
  readonly treatment: BucketCounts;
  readonly control: BucketCounts;
  /** How much more may fail. */
  readonly margin: number;
  /** Nats below which, by far, the answer does not matter. */
  readonly needed: number;
}) => number;

/**
 * ln of a Bayes factor for "treatment fails more than control by over `margin`" in one window. What is counted is the
 * sub-buckets of units with any failure, so that a client counts once however often it fails; under the null those of both
 * arms are binomial about one rate of the moment (Hoeffding 1956: sub-buckets that differ only make large counts rarer), and
 * that rate is averaged over what is usual and over outages that both arms suffer. So its exponential has expectation one over
 * all such moments while the versions are the same. 0 where there is too little to be a burst.
 */
export function burstTest(usual: UsualRate): BurstTest {
  const rates = grid(usual);
  const prior = priorOf(rates, usual);
  return ({ treatment, control, margin, needed }) => {
    const treated = failing(treatment);
    const compared = failing(control);
    if (treated.count < Math.max(LEAST, compared.count)) return 0;
    const expected = (usual.rate + margin) * total(treatment.trials);
    const most = treated.count * Math.log(treated.count / expected) - treated.count + expected;
    if (treated.count < expected || most < needed - FAR) return 0;
    const ofControl = rates.map((p, i) => (prior[i] ?? 0) + logLikelihood(compared, p));
    const ofTreatment = rates.map((p) => logLikelihood(treated, Math.min(MOST, p + margin)));
    const worse = ofTreatment.filter((_, i) => (rates[i] ?? 0) > usual.rate);
    const apart = logSum(ofControl) + logSum(worse) - Math.log(worse.length);
    return GIVEN_BACK + apart - logSum(ofControl.map((log, i) => log + (ofTreatment[i] ?? 0)));
  };
}

/** What control says of the rate of healthy requests: at this step, where a request may weigh up to `weight`, and at earlier ones. */
export function usualRate(whole: BucketCounts, past: BucketCounts, weight: number): UsualRate {
  const before = total(past.events);
  const part = Math.min(1, MOST_PAST / Math.max(1, before));
  const events = total(whole.events) / weight + part * before + PRIOR.events;
  const trials = total(whole.trials) / weight + part * total(past.trials) + PRIOR.trials;
  const spread = subBucketRate({ numerator: whole.events, denominator: whole.trials }, weight);
  const known = !spread.refused && total(whole.events) / weight >= ENOUGH;
  const clustered = known ? spread.variance / spread.rate ** 2 : CLUSTERED;
  // Units differ and stay in their arm: treatment's own rate lies as far from the truth as control's.
  return { rate: events / trials, variance: WEATHER ** 2 + 2 * Math.max(1 / events, clustered) };
}

/** What is taken for the squared relative deviation between arms before it is known: that of failures which seven clients cause. */
const CLUSTERED = 0.15;
/** Failures from which the variance between sub-buckets is told by themselves. */
const ENOUGH = 20;
/** Failures of earlier steps count for no more than so many. */
const MOST_PAST = 20;
const MOST = 0.999;

/** Sub-buckets with a failure, those with any request, and how many of them have so many requests. */
type Failing = { readonly count: number; readonly of: number; readonly sizes: ReadonlyMap<number, number> };

function failing({ events, trials }: BucketCounts): Failing {
  const sizes = new Map<number, number>();
  let count = 0;
  let of = 0;
  trials.forEach((n, bucket) => {
    if (!(n > 0)) return;
    of += 1;
    if ((events[bucket] ?? 0) > 0) count += 1;
    sizes.set(n, (sizes.get(n) ?? 0) + 1);
  });
  return { count, of, sizes };
}

/** ln of the binomial probability of the count, but for a factor that is the same for all rates. */
function logLikelihood({ count, of, sizes }: Failing, rate: number): number {
  if (of === 0) return 0;
  const log = Math.log1p(-rate);
  let clean = 0;
  for (const [n, many] of sizes) clean += many * Math.exp(n * log);
  const share = Math.min(1 - 1e-12, Math.max(1e-12, clean / of));
  return count * Math.log1p(-share) + (of - count) * Math.log(share);
}

function grid({ rate }: UsualRate): readonly number[] {
  const from = Math.log(Math.min(0.5, rate) / 4);
  return Array.from({ length: RATES }, (_, i) =>
    Math.exp(from + ((Math.log(MOST) - from) * i) / (RATES - 1)),
  );
}

function priorOf(rates: readonly number[], { rate, variance }: UsualRate): readonly number[] {
  const usual = rates.map((p) => Math.exp(-(Math.log(p / rate) ** 2) / (2 * variance)));
  const sum = total(usual);
  return usual.map((weight) => Math.log((1 - OUTAGES) * (weight / sum) + OUTAGES / RATES));
}

function logSum(logs: readonly number[]): number {
  const most = Math.max(...logs);
  if (!Number.isFinite(most)) return most;
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - most);
  return most + Math.log(sum);
}
