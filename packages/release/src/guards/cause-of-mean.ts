import { subBucketDifference } from '@ombre/judge';
import { APART, type Cause, LONGEST } from './cause-of.ts';
import { comparedLatency } from './latency-sums.ts';
import { CALM_REQUESTS, lately, likelyStart, type Sight, type Window } from './sight.ts';

/**
 * What made the mean latency of treatment break its limit (ms): the question of `causeOf` about means, which have no likelihood (docs/adr/026). Control
 * shares the cause where, from where treatment most likely began to be slow, its own mean rose half as much; or is above the limit too while
 * there are no three nats of sub-buckets, z²/2, against both arms having one mean: the least, over all means they may both have, of what
 * speaks against it in the one and in the other.
 */
export function causeOfMean(sight: Sight, limit: number): Cause {
  const { snapshots, weight, usualMean } = sight.history;
  const to = snapshots.at(-1);
  if (!sight.control || to === undefined || requestsOf(to, 'control') === 0) {
    return 'change';
  }
  // The maximum-likelihood start of a shift of normal means: how they spread cancels out.
  const from = likelyStart(
    sight,
    (window) => requestsIn(window, 'treated') * Math.max(0, meanIn(window, 'treated') - limit) ** 2,
  );
  if (from === undefined) return 'unclear';
  const window = { from, to };
  const usual = Math.min(limit, usualMean ?? limit);
  const control = meanIn(window, 'control');
  if (2 * (control - usual) >= meanIn(window, 'treated') - usual) return 'shared';
  const apart = subBucketDifference(armsOf(sight), limit * weight);
  const z = apart.refused ? 0 : Math.max(0, apart.estimate) / Math.sqrt(apart.variance);
  if (z ** 2 / 2 >= APART) return 'change';
  if (control > limit) return 'shared';
  return sight.now - from.at >= LONGEST ? 'change' : 'unclear';
}

/** Whether control was slow on average too, and both arms have kept the limit of late. */
export function isOver(sight: Sight, limit: number): boolean {
  const [first, to] = [sight.history.snapshots[0], sight.history.snapshots.at(-1)];
  const window = lately(sight);
  if (first === undefined || to === undefined || window === undefined) return false;
  const calm = (['treated', 'control'] as const).every(
    (side) => requestsIn(window, side) >= CALM_REQUESTS && meanIn(window, side) <= limit,
  );
  return calm && meanIn({ from: first, to }, 'control') > limit;
}

type Arm = 'treated' | 'control';

function requestsOf(sums: Window['to'], arm: Arm): number {
  return sums[arm].totals.failures.trials;
}

function requestsIn({ from, to }: Window, arm: Arm): number {
  return requestsOf(to, arm) - requestsOf(from, arm);
}

/** ms; 0 without a request. */
function meanIn(window: Window, arm: Arm): number {
  const requests = requestsIn(window, arm);
  return requests > 0 ? (window.to.took[arm] - window.from.took[arm]) / requests : 0;
}

function armsOf(sight: Sight) {
  const { treatment, control } = comparedLatency(sight);
  return {
    treatment: { numerator: treatment.events, denominator: treatment.trials, units: 0 },
    control: { numerator: control.events, denominator: control.trials, units: 0 },
  };
}
