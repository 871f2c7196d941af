import type { ArmTally } from './tally.ts';

/** Counts that grow, by sub-bucket. */
export type ArmSums = {
  readonly requests: number[];
  readonly open: number[];
  readonly failures: number[];
  readonly latencySum: number[];
  /** By limit in ms. */
  readonly slow: Map<number, number[]>;
  units: number;
};

/** What one row grew by. */
export type Growth = {
  readonly bucket: number;
  readonly requests: number;
  readonly open: number;
  readonly failures: number;
  readonly latencySum: number;
  /** By limit in ms. */
  readonly slow: readonly (readonly [limit: number, by: number])[];
  readonly units: number;
};

/** Sub-buckets per arm; the protocol's `SUB_BUCKETS`. */
const SIZE = 64;

export function emptyArm(): ArmSums {
  return {
    requests: zeros(),
    open: zeros(),
    failures: zeros(),
    latencySum: zeros(),
    slow: new Map(),
    units: 0,
  };
}

export function addTo(arm: ArmSums, { bucket, ...by }: Growth): void {
  add(arm.requests, bucket, by.requests);
  add(arm.failures, bucket, by.failures);
  add(arm.open, bucket, by.open);
  add(arm.latencySum, bucket, by.latencySum);
  arm.units += by.units;
  for (const [limit, passed] of by.slow) {
    const slow = arm.slow.get(limit) ?? zeros();
    arm.slow.set(limit, slow);
    add(slow, bucket, passed);
  }
}

export function armTally(arm: ArmSums, limits: readonly number[]): ArmTally {
  return {
    ended: arm.requests.map((requests, bucket) => Math.max(0, requests - (arm.open[bucket] ?? 0))),
    failures: [...arm.failures],
    slow: limits.map((limit) => [...(arm.slow.get(limit) ?? zeros())]),
    latencySum: [...arm.latencySum],
    units: arm.units,
  };
}

function add(sums: number[], bucket: number, by: number): void {
  sums[bucket] = (sums[bucket] ?? 0) + by;
}

function zeros(): number[] {
  return Array.from({ length: SIZE }, () => 0);
}
