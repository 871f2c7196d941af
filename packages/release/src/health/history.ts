import type { BucketCounts } from '../guards/rates.ts';
import type { ArmTally, Tally } from './tally.ts';

/** Cumulative counts by sub-bucket, weighted where control stands for treatment's mix of levels. */
export type Sums = {
  readonly ended: readonly number[];
  readonly failures: readonly number[];
  readonly slow: readonly (readonly number[])[];
};

/** What was counted up to a moment since the evidence began. */
export type Snapshot = {
  readonly at: number;
  /** Treatment of all levels. */
  readonly treated: Sums;
  /** Treatment and control of the levels that have both; control weighted to treatment's mix, so that levels are never pooled. */
  readonly compared: Sums;
  readonly control: Sums;
};

/** A few snapshots, dense near now and sparse long ago, the first where the evidence began. */
export type History = {
  readonly limits: readonly number[];
  readonly last: Tally['levels'];
  readonly snapshots: readonly Snapshot[];
  /** Largest weight a request of control ever had. */
  readonly weight: number;
};

const SIZE = 64;
const ZEROS: readonly number[] = Array.from({ length: SIZE }, () => 0);

/** Nothing seen yet; what `from` holds already does not count. */
export function startHistory(limits: readonly number[], from: Tally['levels'], now: number): History {
  const none: Sums = { ended: ZEROS, failures: ZEROS, slow: limits.map(() => ZEROS) };
  const first = { at: now, treated: none, compared: none, control: none };
  return { limits, last: from, snapshots: [first], weight: 1 };
}

/** Adds what came since the last tick. */
export function extendHistory(history: History, tally: Tally, now: number): History {
  const before = history.snapshots.at(-1);
  if (before === undefined) return history;
  let { treated, compared, control } = before;
  let { weight } = history;
  for (const [level, arms] of Object.entries(tally.levels)) {
    const last = history.last[level];
    const grown = growth(arms.treatment, last?.treatment);
    treated = sum(treated, grown, 1);
    const share = ratio(arms);
    if (share === undefined) continue;
    weight = Math.max(weight, share);
    compared = sum(compared, grown, 1);
    control = sum(control, growth(arms.control, last?.control), share);
  }
  const snapshots = thin([...history.snapshots, { at: now, treated, compared, control }], now);
  return { ...history, last: tally.levels, snapshots, weight };
}

/** Requests of treatment for each of control at a level; undefined without control. */
function ratio(arms: { readonly treatment: ArmTally; readonly control: ArmTally }): number | undefined {
  let treated = 0;
  let control = 0;
  for (let bucket = 0; bucket < SIZE; bucket++) {
    treated += arms.treatment.ended[bucket] ?? 0;
    control += arms.control.ended[bucket] ?? 0;
  }
  return control === 0 ? undefined : Math.max(treated, 1) / control;
}

function growth(now: ArmTally, before: ArmTally | undefined): Sums {
  const minus = (a: readonly number[], b: readonly number[] | undefined) =>
    b === undefined ? a : a.map((value, bucket) => Math.max(0, value - (b[bucket] ?? 0)));
  return {
    ended: minus(now.ended, before?.ended),
    failures: minus(now.failures, before?.failures),
    slow: now.slow.map((slow, limit) => minus(slow, before?.slow[limit])),
  };
}

function sum(sums: Sums, more: Sums, weight: number): Sums {
  const plus = (a: readonly number[], b: readonly number[] | undefined) =>
    b === undefined ? a : a.map((value, bucket) => value + weight * (b[bucket] ?? 0));
  return {
    ended: plus(sums.ended, more.ended),
    failures: plus(sums.failures, more.failures),
    slow: sums.slow.map((slow, limit) => plus(slow, more.slow[limit])),
  };
}

/** Drops a snapshot whose neighbours' ages differ by less than this factor: windows of all lengths remain, in few snapshots. */
const APART = 2.5;

function thin(snapshots: readonly Snapshot[], now: number): readonly Snapshot[] {
  const kept: Snapshot[] = [];
  snapshots.forEach((snapshot, index) => {
    const older = kept.at(-1);
    const newer = snapshots[index + 1];
    const inner = older !== undefined && newer !== undefined;
    if (inner && now - older.at <= APART * (now - newer.at)) return;
    kept.push(snapshot);
  });
  return kept;
}

/** Failed requests, or those that took longer than a limit, among those that ended. */
export function countsOf(sums: Sums, limit: number | 'failures'): BucketCounts {
  if (limit === 'failures') return { events: sums.failures, trials: sums.ended };
  const slow = sums.slow[limit] ?? ZEROS;
  // A request in flight that passed the limit is slow already and counts as one.
  return { events: slow, trials: sums.ended.map((ended, bucket) => Math.max(ended, slow[bucket] ?? 0)) };
}
