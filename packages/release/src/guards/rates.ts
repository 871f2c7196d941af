/** Events among trials by sub-bucket of units. */
export type BucketCounts = { readonly events: readonly number[]; readonly trials: readonly number[] };

export function total(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** All events over all trials; 0 without a trial. */
export function rateOf({ events, trials }: BucketCounts): number {
  const all = total(trials);
  return all > 0 ? total(events) / all : 0;
}

/** What came between two cumulative counts. */
export function between(from: BucketCounts, to: BucketCounts): BucketCounts {
  return {
    events: to.events.map((count, bucket) => Math.max(0, count - (from.events[bucket] ?? 0))),
    trials: to.trials.map((count, bucket) => Math.max(0, count - (from.trials[bucket] ?? 0))),
  };
}

/** Kullback–Leibler divergence of two Bernoulli rates, in nats: what a trial at `rate` says on average against `other`, which is neither 0 nor 1. */
export function divergence(rate: number, other: number): number {
  const hit = rate > 0 ? rate * Math.log(rate / other) : 0;
  return hit + (rate < 1 ? (1 - rate) * Math.log((1 - rate) / (1 - other)) : 0);
}
