import type { History, Snapshot } from '../health/history.ts';
import type { Tally } from '../health/tally.ts';

/** What a guard looks at. */
export type Sight = {
  readonly history: History;
  readonly tally: Tally;
  /** False alarms this guard may cause at this step, and how much of that falls on this look. */
  readonly alpha: number;
  readonly alphaNow: number;
  /** Whether this step leaves a control. */
  readonly control: boolean;
  readonly now: number;
};

/** A stretch of time up to now, and the part of a look's budget it has. */
export type Window = { readonly from: Snapshot; readonly to: Snapshot; readonly part: number };

/** Windows that share one half of the budget: gross faults show in short ones. */
const SHORT = 4;

/** Windows of all lengths that end now, the longest first. */
export function windowsOf({ history }: Sight): readonly Window[] {
  const to = history.snapshots.at(-1);
  const count = history.snapshots.length - 1;
  if (to === undefined || count <= 0) return [];
  const long = count - SHORT;
  return history.snapshots.slice(0, -1).map((from, index) => {
    const part = long <= 0 ? 1 / count : 0.5 / (index < long ? long : SHORT);
    return { from, to, part };
  });
}

/** Evidence (nats) at which a window is bad when a guard gives windows this much of a look's budget. */
export function evidenceNeeded({ part }: Window, alphaNow: number): number {
  return -Math.log(part * alphaNow);
}

/** Units of treatment, and of the smaller arm of the levels that have both. */
export function unitsOf({ tally }: Sight): { readonly treated: number; readonly compared: number } {
  let treated = 0;
  let both = 0;
  let control = 0;
  for (const arms of Object.values(tally.levels)) {
    treated += arms.treatment.units;
    if (arms.control.units === 0) continue;
    both += arms.treatment.units;
    control += arms.control.units;
  }
  return { treated, compared: Math.min(both, control) };
}

/** Sub-buckets with any request, from which a variance between them means something. */
export const LEAST_BUCKETS = 20;
/** Requests below which no guard calls health good. */
export const LEAST_REQUESTS = 100;
/** Units from which an estimate between 64 sub-buckets is as good as normal: 30 each. */
export const LEAST_UNITS: number = 30 * 64;
/** A guard calls health good when the harm it must see is excluded at this level. */
export const MISSED = 0.05;
