import type { Ahead } from '../health/ahead.ts';
import type { Before } from '../health/before.ts';
import { countsOf, type History, type Snapshot, totalOf } from '../health/history.ts';
import type { Tally } from '../health/tally.ts';
import { type BucketCounts, between, total } from './rates.ts';

/** What a guard looks at. */
export type Sight = {
  readonly history: History;
  readonly tally: Tally;
  /** False alarms this guard may cause at this step. */
  readonly alpha: number;
  /** Whether this step leaves a control. */
  readonly control: boolean;
  /** The level whose users all have the change, though others do not, and what they were given before. */
  readonly alone?: { readonly level: string; readonly before: Before | undefined };
  /** What the arms' units did before the climb, where it was counted. */
  readonly ahead?: Ahead;
  readonly now: number;
};

/** A stretch of time up to now. */
export type Window = { readonly from: Snapshot; readonly to: Snapshot };

/** What is compared in windows: all of treatment, or what has a control, and that control, weighted and as it was seen. */
export type Side = 'treated' | 'compared' | 'control' | 'seen';

/** Failed requests, or those that took longer than a limit, of one side in a window. */
export function countsIn({ from, to }: Window, side: Side, counted: number | 'failures'): BucketCounts {
  return between(countsOf(from[side], counted), countsOf(to[side], counted));
}

/** What windows of all lengths say together, and the one that says most. */
export type Found = {
  /** Evidence (nats) beyond what is needed; bad from 0. */
  readonly surplus: number;
  readonly window: Window;
  /** Evidence of that window alone, and what it needs alone. */
  readonly nats: number;
  readonly needed: number;
  /** Where what was found most likely began: the start from which there is most evidence, whatever starts cost. */
  readonly began: Snapshot;
};

/**
 * Adds the evidence of windows of all lengths that end now, each weighted by the budget of where it begins (fixed beforehand, in
 * all no more than `alpha`): an e-detector (Shin, Ramdas & Rinaldo, "E-detectors: a nonparametric framework for sequential
 * change detection", New England J. Statistics in Data Science 2024). Looking again costs nothing; only starts share the
 * budget. `evidence` is told what its window needs alone and may answer less than it has where it falls short of that by far.
 */
export function gather(
  { history }: Sight,
  alpha: number,
  evidence: (window: Window, needed: number) => number,
): Found | undefined {
  const to = history.snapshots.at(-1);
  if (to === undefined) return undefined;
  let sum = 0;
  let best: Omit<Found, 'began'> | undefined;
  let most = 0;
  let began = to;
  for (const from of history.snapshots) {
    if (from === to || from.budget === 0) continue;
    const window = { from, to };
    const needed = -Math.log(alpha * from.budget);
    const nats = evidence(window, needed);
    if (!(nats > 0)) continue;
    const surplus = nats - needed;
    sum += Math.exp(surplus);
    if (nats > most) {
      most = nats;
      began = from;
    }
    if (best === undefined || surplus > best.surplus) best = { surplus, window, nats, needed };
  }
  return best && { ...best, surplus: Math.log(sum), began };
}

/**
 * Where a change most likely began that all windows up to now may show: the start from which there is most evidence (the maximum
 * likelihood estimate of a change point: Hinkley, Biometrika 1970). Undefined where no window shows any.
 */
export function likelyStart({ history }: Sight, evidence: (window: Window) => number): Snapshot | undefined {
  const to = history.snapshots.at(-1);
  let most = 0;
  let began: Snapshot | undefined;
  for (const from of to === undefined ? [] : history.snapshots) {
    const nats = to === undefined || from === to ? 0 : evidence({ from, to });
    if (!(nats > most)) continue;
    most = nats;
    began = from;
  }
  return began;
}

/** A shared cause is over when both arms kept the limit for so long, in ms, with so many requests each. */
const CALM = 15_000;
export const CALM_REQUESTS = 20;

/** The time in which both arms must have kept a limit; undefined while evidence is younger than that. */
export function lately({ history }: Sight): Window | undefined {
  const to = history.snapshots.at(-1);
  const from = history.snapshots.findLast(({ at }) => to !== undefined && to.at - at >= CALM);
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** The rate of one side in a window, over all requests. */
export function rateIn({ from, to }: Window, side: Side, counted: number | 'failures'): number {
  const [before, after] = [totalOf(from[side], counted), totalOf(to[side], counted)];
  const trials = after.trials - before.trials;
  return trials > 0 ? (after.events - before.events) / trials : 0;
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
/** Whether there are requests enough, in sub-buckets enough, for a variance between them. */
export function isEnough({ trials }: BucketCounts): boolean {
  return total(trials) >= LEAST_REQUESTS && trials.filter((count) => count > 0).length >= LEAST_BUCKETS;
}
/** Units from which an estimate between 64 sub-buckets is as good as normal: 30 each. */
export const LEAST_UNITS: number = 30 * 64;
/** A guard calls health good when the harm it must see is excluded at this level. */
export const MISSED = 0.05;
