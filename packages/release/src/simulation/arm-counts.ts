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

/** What became of a request; `slow`: it took longer than the limit, where there is one; `first`: its unit was not heard of before. */
export type Fate = { readonly failed: boolean; readonly slow: boolean; readonly first: boolean };

/** One request more from a unit in that sub-bucket. */
export function countRequest(arm: ArmCounts, bucket: number, { failed, slow, first }: Fate): void {
  arm.ended[bucket] = (arm.ended[bucket] ?? 0) + 1;
  arm.failures[bucket] = (arm.failures[bucket] ?? 0) + (failed ? 1 : 0);
  const [over] = arm.slow;
  if (over !== undefined && slow) over[bucket] = (over[bucket] ?? 0) + 1;
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
