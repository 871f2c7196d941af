import type { ArmTally, Tally } from '../health/tally.ts';

/** An `ArmTally` that grows. */
export type ArmCounts = {
  ended: number[];
  failures: number[];
  slow: number[][];
  latencySum: number[];
  units: number;
};

/** Nothing counted yet, against so many limits on latency. */
export function emptyArm(limits = 0): ArmCounts {
  const zeros = () => Array.from({ length: 64 }, () => 0);
  const slow = Array.from({ length: limits }, zeros);
  return { ended: zeros(), failures: zeros(), slow, latencySum: zeros(), units: 0 };
}

/** One request more from a unit in that sub-bucket; `first`: it was not heard of before. */
export function countRequest(arm: ArmCounts, bucket: number, failed: boolean, first: boolean): void {
  arm.ended[bucket] = (arm.ended[bucket] ?? 0) + 1;
  arm.failures[bucket] = (arm.failures[bucket] ?? 0) + (failed ? 1 : 0);
  arm.units += first ? 1 : 0;
}

/** What one gateway tells of these levels, and of the climb as a whole nothing, unless said. Counts that grow on do not change it. */
export function tallyOf(levels: Tally['levels'], more: Partial<Tally> = {}): Tally {
  const copies = Object.entries(levels).map(
    ([level, { treatment, control }]) =>
      [level, { treatment: copyOf(treatment), control: copyOf(control) }] as const,
  );
  return {
    limits: [],
    levels: Object.fromEntries(copies),
    climb: {
      treated: { begun: 0, open: 0, ended: 0, failures: 0, units: 0 },
      control: { ended: 0, failures: 0 },
      rest: { ended: 0, failures: 0 },
      requests: 0,
    },
    sources: 1,
    missing: [],
    ...more,
    ...(more.outside === undefined ? {} : { outside: copyOf(more.outside) }),
  };
}

function copyOf(arm: ArmTally): ArmTally {
  const { ended, failures, slow, latencySum, units } = arm;
  return {
    ended: [...ended],
    failures: [...failures],
    slow: slow.map((one) => [...one]),
    latencySum: [...latencySum],
    units,
  };
}
