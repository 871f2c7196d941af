import { subBucketRate } from '@ombre/judge';
import { boundedEvidence, fractions } from './bounded-evidence.ts';
import { type BucketCounts, divergence, rateOf, total } from './rates.ts';

/** What treatment is compared with: control in the same window, and since the evidence began. */
export type ControlCounts = {
  readonly now: BucketCounts;
  readonly whole: BucketCounts;
  /** Largest weight of one request of control. */
  readonly weight: number;
};

/** Fewer requests of control than this are no comparison; and so many make its rate known. */
const LEAST_NOW = 50;
const LEAST_WHOLE = 500;
/**
 * What the rest of the step says about a moment: the deviation of the logarithm of a rate between moments, and the most it may weigh (nats:
 * a moment quite unlike the rest counts as one in fifty, because outages that both arms suffer do happen). So a lucky moment of
 * control is not taken at its word, and a shared outage is told by control in the same moment alone.
 */
const WEATHER = 0.5;
const MOST_UNUSUAL = 4;
/** Values tried for control's true rate, from the one observed to treatment's. */
const GRID = 12;

/**
 * ln of the evidence that treatment's rate is above control's by more than `margin`: the least, over all values p that control's rate of
 * the moment may have, of the evidence that treatment is above p, that control in the same window is below it, and that the moment differs so
 * much from the rest of the step. At the true p their sum exceeds ln(1/α) with probability about α, and the minimum does no more often (the
 * argument of universal inference: Wasserman, Ramdas & Balakrishnan, PNAS 2020). Stops as soon as it cannot reach `needed`.
 */
export function evidenceAboveControl(
  treatment: BucketCounts,
  control: ControlCounts,
  margin: number,
  needed: number,
): number {
  const trials = total(control.now.trials) / control.weight;
  if (trials < LEAST_NOW) return 0;
  const observed = fractions(treatment.events, treatment.trials);
  const from = likelyRate(control.now);
  const to = total(observed) / observed.length - margin;
  if (!(to > from)) return 0;
  // The users of one arm are like those of the other: few of control, none of whom happens to fail, do not know how failures cluster.
  const effective =
    trials / Math.max(designEffect(control.whole, control.weight), designEffect(treatment, 1));
  const usual = usualRate(control);
  const against = (p: number) => effective * divergence(from, p) + unusual(p, usual);
  // Where treatment is no worse, all evidence is against control being as bad: the cheapest bound there is.
  let least = against(to);
  for (let i = 0; i < GRID && least >= needed; i++) {
    const p = from + ((to - from) * i) / GRID;
    if (p + margin <= 0) continue;
    least = Math.min(least, Math.max(0, boundedEvidence(observed, p + margin)) + against(p));
  }
  return least;
}

/** The larger of the rate over requests and the mean over sub-buckets, which treatment is measured by. */
function likelyRate(counts: BucketCounts): number {
  const shares = fractions(counts.events, counts.trials);
  return shares.length === 0 ? 0 : Math.max(rateOf(counts), total(shares) / shares.length);
}

/** Control's rate since the evidence began, two standard errors up; undefined while too few requests tell it. */
function usualRate({ whole, weight }: ControlCounts): number | undefined {
  if (total(whole.trials) / weight < LEAST_WHOLE) return undefined;
  const spread = subBucketRate({ numerator: whole.events, denominator: whole.trials }, weight);
  return spread.refused ? undefined : likelyRate(whole) + 2 * Math.sqrt(spread.variance);
}

/** How much less than so many independent requests tell the requests of sticky users. */
function designEffect({ events, trials }: BucketCounts, weight: number): number {
  const rate = rateOf({ events, trials });
  const spread = subBucketRate({ numerator: events, denominator: trials });
  if (spread.refused || rate <= 0 || rate >= 1) return 1;
  return Math.max(1, (spread.variance * total(trials)) / weight / (rate * (1 - rate)));
}

/** Evidence (nats) against the moment's rate being p. */
function unusual(p: number, usual: number | undefined): number {
  if (usual === undefined || p <= usual) return 0;
  return Math.min(MOST_UNUSUAL, (Math.log(p / usual) / WEATHER) ** 2 / 2);
}
