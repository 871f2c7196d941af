import type { RateBatch } from '../sequential/rate-e-process.ts';
import {
  addToSubBuckets,
  type SubBucketCount,
  type SubBucketEstimate,
  type SubBucketState,
  startSubBuckets,
  subBucketDifference,
} from '../sequential/sub-buckets.ts';
import type { Traffic, TrafficPlan } from './traffic.ts';

/** A second in which something came in, as a watcher sees it. */
export type Moment = {
  readonly second: number;
  readonly batch: readonly SubBucketCount[];
  /** First requests of people not seen before, each counted once. */
  readonly answers: RateBatch;
  /** Difference between the arms so far, with its variance between sub-buckets; absent where there is none yet. */
  readonly estimate?: SubBucketEstimate;
  /** People seen so far in the smaller arm. */
  readonly units: number;
};

/** A played day, prepared once for all watchers. */
export type Day = {
  readonly plan: TrafficPlan;
  readonly moments: readonly Moment[];
  readonly before: NonNullable<SubBucketState['before']>;
};

/** Sub-buckets per arm. */
export const SUB_BUCKETS = 64;

/** Cuts the traffic into seconds. People are numbered in no order that matters, so their number serves as hash. */
export function prepareDay(traffic: Traffic, plan: TrafficPlan): Day {
  const moments: Moment[] = [];
  const seen = new Uint8Array(plan.units);
  let sums: SubBucketState = startSubBuckets(SUB_BUCKETS);
  let request = 0;
  while (request < traffic.second.length) {
    const second = traffic.second[request] ?? 0;
    const batch: SubBucketCount[] = [];
    for (; request < traffic.second.length && traffic.second[request] === second; request++) {
      const unit = traffic.unit[request] ?? 0;
      batch.push({
        arm: armOf(traffic, unit),
        subBucket: subBucketOf(unit),
        numerator: traffic.failed[request] ?? 0,
        denominator: 1,
        newUnits: 1 - (seen[unit] ?? 0),
      });
      seen[unit] = 1;
    }
    const added = addToSubBuckets(sums, batch);
    if (added.refused) throw new Error(added.missing);
    sums = added.state;
    const estimate = subBucketDifference(sums);
    const units = Math.min(sums.treatment.units, sums.control.units);
    const answers = firstAnswers(batch);
    moments.push({ second, batch, answers, units, ...(estimate.refused ? {} : { estimate }) });
  }
  return { plan, moments, before: dayBefore(traffic) };
}

function firstAnswers(batch: readonly SubBucketCount[]): RateBatch {
  const of = (arm: 'treatment' | 'control') => {
    const first = batch.filter((row) => row.arm === arm && row.newUnits === 1);
    return { events: first.reduce((sum, row) => sum + row.numerator, 0), trials: first.length };
  };
  return { treatment: of('treatment'), control: of('control') };
}

function dayBefore(traffic: Traffic): Day['before'] {
  const zeros = () => Array.from({ length: SUB_BUCKETS }, () => 0);
  const before = {
    treatment: { numerator: zeros(), denominator: zeros() },
    control: { numerator: zeros(), denominator: zeros() },
  };
  traffic.before.requests.forEach((requests, unit) => {
    const arm = before[armOf(traffic, unit)];
    const bucket = subBucketOf(unit);
    arm.numerator[bucket] = (arm.numerator[bucket] ?? 0) + (traffic.before.failures[unit] ?? 0);
    arm.denominator[bucket] = (arm.denominator[bucket] ?? 0) + requests;
  });
  return before;
}

function armOf(traffic: Traffic, unit: number): 'treatment' | 'control' {
  return traffic.treated[unit] === 1 ? 'treatment' : 'control';
}

function subBucketOf(unit: number): number {
  return unit % SUB_BUCKETS;
}
