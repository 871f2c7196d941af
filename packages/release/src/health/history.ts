import { type BucketCounts, total } from '../guards/rates.ts';
import { firstStart, isKept, type Start, startAt } from './starts.ts';
import type { ArmTally, Tally } from './tally.ts';

/** Cumulative counts by sub-bucket, weighted where control stands for treatment's mix of levels. */
export type Counts = Pick<ArmTally, 'ended' | 'failures' | 'slow'>;

export type Sums = Counts & {
  /** Over all sub-buckets. */
  readonly totals: { readonly failures: Total; readonly slow: readonly Total[] };
};

/** Bad requests among those that count. */
export type Total = { readonly events: number; readonly trials: number };

/** What was counted up to a moment since the evidence began, and what windows that begin there may spend. */
export type Snapshot = Start & {
  readonly at: number;
  /** Treatment of all levels. */
  readonly treated: Sums;
  /** Treatment and control of the levels that have both; control weighted to treatment's mix, so that levels are never pooled. */
  readonly compared: Sums;
  readonly control: Sums;
  /** The same control, each request once: how sure it makes is told by how many there were. */
  readonly seen: Sums;
  /** Milliseconds that the requests of `treated` and of `control` took. */
  readonly took: Readonly<Record<'treated' | 'control', number>>;
};

/** What a tally held, arm by arm. */
export type Counted = Pick<Tally, 'levels' | 'outside'>;

/** A few snapshots, dense near now and sparse long ago, the first where the evidence began, the last one now. */
export type History = {
  readonly limits: readonly number[];
  /** What had been counted where the evidence began, and at the last look. */
  readonly first: Counted;
  readonly last: Counted;
  readonly snapshots: readonly Snapshot[];
  /** Largest weight a request of control ever had. */
  readonly weight: number;
  /** The least mean latency (ms) control had up to any look, of a hundred requests or more: what is usual, also once a fault is long. */
  readonly usualMean?: number;
  /** What control showed at earlier steps of the climb: one sub-bucket a step. */
  readonly past: Sums;
};

const SIZE = 64;
/** Requests that tell a mean latency. */
const MEAN_KNOWN = 100;
const ZEROS: readonly number[] = Array.from({ length: SIZE }, () => 0);

/** Nothing seen yet, `after` ms into the step; what `from` holds already does not count. */
export function startHistory(
  { limits, ...counted }: Counted & Pick<Tally, 'limits'>,
  now: number,
  {
    after,
    again,
    past,
  }: { readonly after: number; readonly again: number; readonly past?: Sums | undefined },
): History {
  const none = summed(emptyCounts(limits.length));
  const first = {
    ...firstStart(after, again),
    at: now,
    treated: none,
    compared: none,
    control: none,
    seen: none,
    took: { treated: 0, control: 0 },
  };
  const kept =
    past?.slow.length === limits.length
      ? past
      : summed({ ended: [], failures: [], slow: limits.map(() => []) });
  return { limits, first: counted, last: counted, snapshots: [first], weight: 1, past: kept };
}

/** Adds what came since the last tick; `after` and `planned` are ms of the step that passed and that it is to be held. */
export function extendHistory(
  history: History,
  tally: Tally,
  now: number,
  { after, planned }: { readonly after: number; readonly planned: number },
): History {
  const before = history.snapshots.at(-1);
  if (before === undefined) return history;
  let { treated, compared, control, seen } = before;
  const took = { ...before.took };
  let { weight } = history;
  for (const [level, arms] of Object.entries(tally.levels)) {
    const last = history.last.levels[level];
    const grown = growth(arms.treatment, last?.treatment);
    const share = ratio(arms);
    const alike = treated === compared && share !== undefined;
    treated = summed(plus(treated, grown, 1));
    took.treated += tookMore(arms.treatment, last?.treatment);
    if (share === undefined) continue;
    weight = Math.max(weight, share);
    // One object for both where they are the same, as they mostly are: half of what is remembered.
    compared = alike ? treated : summed(plus(compared, grown, 1));
    const more = growth(arms.control, last?.control);
    control = summed(plus(control, more, share));
    took.control += share * tookMore(arms.control, last?.control);
    seen = summed(plus(seen, more, 1));
  }
  const start = startAt(after, before.after, planned);
  const kept = history.snapshots.filter((snapshot) => isKept(snapshot, after));
  const snapshots = [...kept, { ...start, at: now, treated, compared, control, seen, took }];
  const { levels, outside } = tally;
  const known = seen.totals.failures.trials >= MEAN_KNOWN;
  const mean = known
    ? { usualMean: Math.min(history.usualMean ?? Infinity, took.control / control.totals.failures.trials) }
    : {};
  const last = outside === undefined ? { levels } : { levels, outside };
  return { ...history, ...mean, last, snapshots, weight };
}

/** What control showed in this step and before, for the next. */
export function pastOf({ snapshots, past }: History): Sums {
  const whole = snapshots.at(-1)?.control.totals;
  if (whole === undefined) return past;
  return summed({
    ended: [...past.ended, whole.failures.trials],
    failures: [...past.failures, whole.failures.events],
    slow: past.slow.map((slow, limit) => [...slow, whole.slow[limit]?.events ?? 0]),
  });
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

/** Nothing in any sub-bucket, against so many limits on latency. */
export function emptyCounts(limits: number): Counts {
  return { ended: ZEROS, failures: ZEROS, slow: Array.from({ length: limits }, () => ZEROS) };
}

function summed(counts: Counts): Sums {
  const of = (limit: number | 'failures') => {
    const { events, trials } = countsOf(counts, limit);
    return { events: total(events), trials: total(trials) };
  };
  return { ...counts, totals: { failures: of('failures'), slow: counts.slow.map((_, limit) => of(limit)) } };
}

function growth(now: ArmTally, before: ArmTally | undefined): Counts {
  const minus = (a: readonly number[], b: readonly number[] | undefined) =>
    b === undefined ? a : a.map((value, bucket) => Math.max(0, value - (b[bucket] ?? 0)));
  return {
    ended: minus(now.ended, before?.ended),
    failures: minus(now.failures, before?.failures),
    slow: now.slow.map((slow, limit) => minus(slow, before?.slow[limit])),
  };
}

function tookMore(now: ArmTally, before: ArmTally | undefined): number {
  return Math.max(0, total(now.latencySum) - total(before?.latencySum ?? []));
}

/** Counts and more of them, each so many times. */
export function plus(counts: Counts, more: Counts, weight: number): Counts {
  const add = (a: readonly number[], b: readonly number[] | undefined) =>
    b === undefined ? a : a.map((value, bucket) => value + weight * (b[bucket] ?? 0));
  return {
    ended: add(counts.ended, more.ended),
    failures: add(counts.failures, more.failures),
    slow: counts.slow.map((slow, limit) => add(slow, more.slow[limit])),
  };
}

/** Failed requests, or those that took longer than a limit, among those that ended. */
export function countsOf(sums: Counts, limit: number | 'failures'): BucketCounts {
  if (limit === 'failures') return { events: sums.failures, trials: sums.ended };
  const slow = sums.slow[limit] ?? ZEROS;
  // A request in flight that passed the limit is slow already and counts as one.
  return { events: slow, trials: sums.ended.map((ended, bucket) => Math.max(ended, slow[bucket] ?? 0)) };
}

/** The same over all sub-buckets. */
export function totalOf({ totals }: Sums, limit: number | 'failures'): Total {
  return (limit === 'failures' ? totals.failures : totals.slow[limit]) ?? { events: 0, trials: 0 };
}
