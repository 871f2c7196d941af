import {
  type CountersGuard,
  type Guard,
  isMeasured,
  type MeasuredGuard,
  parseDuration,
} from '@ombre/decide/model';
import {
  detectableBySequence,
  mixtureHalfWidth,
  normalUpperQuantile,
  proportionSampleSize,
} from '@ombre/judge';
import { WINDOWS_PART } from '../guards/against-control.ts';
import { foreseenEvidence } from '../guards/bounded-evidence.ts';
import { DRIFT } from '../guards/in-differences.ts';
import { measuredName, questionOf } from '../guards/measured/question.ts';
import { LEAST_REQUESTS, MISSED } from '../guards/sight.ts';
import { firstStart } from '../health/starts.ts';
import type { PlannedGuard, TrafficEstimate } from './plan.ts';

/** Requests a second in each arm, how long the step is held (ms), and the false alarms a guard may cause there. */
export type Setting = {
  readonly treated: number;
  readonly control: number;
  readonly dwell: number;
  readonly longest: number;
  readonly alpha: number;
  readonly traffic: TrafficEstimate;
  /** For a step that treats all its level holds for after smaller ones: users outside a second, and requests of both groups before. */
  readonly trend?: {
    readonly outside: number;
    readonly before: { readonly level: number; readonly outside: number };
  };
};

const POWER = 0.8;
const Z_POWER = normalUpperQuantile(1 - POWER);
const DESIGN_EFFECT = 2;
const FAILURES = 0.005;
/** The least rate that is planned with: a service of which nothing failed of late is not one that cannot fail. */
const LEAST_RATE = 1e-6;
/** Sub-buckets of units. */
const BUCKETS = 64;

type Kinds = CountersGuard extends infer One ? (One extends One ? keyof One : never) : never;
type GuardOf<K extends Kinds> = Extract<CountersGuard, Readonly<Record<K, unknown>>>;

const kinds: { readonly [K in Kinds]: (guard: GuardOf<K>, setting: Setting) => PlannedGuard } = {
  errorRate: ({ errorRate: { max } }, setting) =>
    planRate('errorRate', max, setting.traffic.failures ?? FAILURES, setting),
  latency: ({ latency: { over, share } }, setting) =>
    planRate(`latency ${over}`, share, setting.traffic.slow?.[over] ?? share / 5, setting),
  meanLatency: ({ meanLatency: { max } }, setting) => planMean(max, setting),
  errorsAboveControl: ({ errorsAboveControl: { effect, margin = 0 } }, setting) =>
    planDifference('errorsAboveControl', effect, margin, setting.traffic.failures ?? FAILURES, setting),
  slowAboveControl: ({ slowAboveControl: { over, effect, margin = 0 } }, setting) =>
    planDifference(
      `slowAboveControl ${over}`,
      effect,
      margin,
      setting.traffic.slow?.[over] ?? 0.002,
      setting,
    ),
};

/** What one guard can see at one step. */
export function planGuard(guard: Guard, setting: Setting): PlannedGuard {
  if (isMeasured(guard)) return planMeasured(guard);
  const kind = Object.keys(guard)[0] as Kinds;
  return (kinds[kind] as (guard: CountersGuard, setting: Setting) => PlannedGuard)(guard, setting);
}

/** A number measured elsewhere: how sure it is nobody here knows, only how soon it is believed. */
function planMeasured(guard: MeasuredGuard): PlannedGuard {
  const { every, rounds, limit } = questionOf(guard);
  return {
    guard: measuredName(guard),
    test: `${rounds} answers in a row, ${every / 1000} s apart; outside the budget of false alarms`,
    declared: limit,
    expected: rounds * every,
    applies: true,
    measured: true,
  };
}

/** A limit on a rate: bad by exact windows, good once the limit is excluded. */
function planRate(guard: string, limit: number, seen: number, setting: Setting): PlannedGuard {
  const { treated, traffic, alpha } = setting;
  const today = Math.max(seen, LEAST_RATE);
  const effect = traffic.designEffect ?? DESIGN_EFFECT;
  const spread = (n: number) => (today * (1 - today) * effect) / n;
  const excluded = (n: number) =>
    today + mixtureHalfWidth(spread(n), limit / 2, MISSED, 'below') + Z_POWER * Math.sqrt(spread(n)) < limit;
  const seenAfter = (time: number) => {
    const needed = -Math.log(alpha * firstStart(0, 1).budget);
    const requests = (treated * time) / 1000;
    const buckets = Math.min(BUCKETS, requests);
    return smallest(limit, 1, (rate) => {
      const variance = (rate * (1 - rate) * effect * buckets) / Math.max(1, requests);
      return foreseenEvidence(buckets, { mean: rate, variance, limit, z: Z_POWER }) >= needed;
    });
  };
  const fixed =
    today < limit
      ? (normalUpperQuantile(alpha) * Math.sqrt(today * (1 - today)) +
          Z_POWER * Math.sqrt(limit * (1 - limit))) **
          2 /
        (limit - today) ** 2
      : undefined;
  return planned(guard, 'exact windows by sub-bucket of units', limit, setting, {
    seenByDwell: seenAfter(setting.dwell),
    seenByLongest: seenAfter(setting.longest),
    expected: today < limit ? timeFor(excluded, treated) : undefined,
    fixedTest: fixed === undefined || treated === 0 ? undefined : (1000 * fixed * effect) / treated,
  });
}

/** The difference between the arms: bad by an asymptotic confidence sequence, good once the declared effect is excluded. */
function planDifference(
  guard: string,
  effect: number,
  margin: number,
  counted: number,
  setting: Setting,
): PlannedGuard {
  const { treated, control, traffic, alpha } = setting;
  const today = Math.max(counted, LEAST_RATE);
  const declared = today + margin + effect;
  const test = 'confidence sequence of the difference between sub-buckets; windows for gross faults';
  if (!(control > 0)) return planTrend(guard, { effect, margin, today }, setting);
  const design = traffic.designEffect ?? DESIGN_EFFECT;
  const ratio = treated / control;
  // Where treatment fails more, its failures spread more too.
  const spread = (n: number, rise = 0) => {
    const worse = Math.min(1, today + rise);
    return (design * (worse * (1 - worse) + ratio * today * (1 - today))) / n;
  };
  const target = { alpha: (1 - WINDOWS_PART) * alpha, tau: effect, side: 'above', power: POWER } as const;
  const seen = (n: number, rise: number) => detectableBySequence(spread(n, margin + rise), target) < rise;
  const decided = (n: number) =>
    mixtureHalfWidth(spread(n), effect, MISSED, 'below') + Z_POWER * Math.sqrt(spread(n)) < effect &&
    seen(n, effect);
  const seenAfter = (time: number) => {
    const requests = Math.max(1, (treated * time) / 1000);
    const rise = smallest(0, 1 - today - margin, (more) => seen(requests, more));
    return rise === undefined ? undefined : today + margin + rise;
  };
  const fixed = proportionSampleSize(today, Math.min(1, today + effect), { alpha, power: POWER, sides: 1 });
  const perArm = fixed.refused ? undefined : fixed.perArm;
  return planned(guard, test, declared, setting, {
    seenByDwell: seenAfter(setting.dwell),
    seenByLongest: seenAfter(setting.longest),
    expected: timeFor(decided, treated),
    fixedTest: perArm === undefined ? undefined : (1000 * perArm * design) / Math.min(treated, control),
  });
}

/** Against what was before and users outside: difference-in-differences. */
function planTrend(
  guard: string,
  { effect, margin, today }: Readonly<Record<'effect' | 'margin' | 'today', number>>,
  setting: Setting,
): PlannedGuard {
  const { treated, alpha, traffic, trend } = setting;
  const declared = today + margin + effect;
  const test = 'difference in differences: what was before, moved as users outside moved';
  if (trend === undefined || !(trend.outside > 0)) return { guard, test, declared, applies: false };
  const one = today * (1 - today) * (traffic.designEffect ?? DESIGN_EFFECT);
  const before = Math.sqrt(one / trend.before.level + one / trend.before.outside);
  const now = (n: number, rise: number) => {
    const worse = Math.min(1, today + rise);
    return (
      ((traffic.designEffect ?? DESIGN_EFFECT) * worse * (1 - worse) + (one * treated) / trend.outside) / n
    );
  };
  const decides = (n: number, rise: number, level: number, side: 'above' | 'below') => {
    const variance = now(n, side === 'above' ? margin + rise : 0);
    const half =
      mixtureHalfWidth(variance, effect, level / 2, side) + normalUpperQuantile(level / 2) * before;
    return half + Z_POWER * Math.sqrt(variance + before ** 2) < rise;
  };
  const seenAfter = (time: number) => {
    const requests = Math.max(1, (treated * time) / 1000);
    const drift = DRIFT * today;
    const rise = smallest(0, 1 - today, (more) =>
      decides(requests, Math.max(0, more - drift), alpha, 'above'),
    );
    return rise === undefined ? undefined : today + margin + rise;
  };
  const decided = (n: number) =>
    decides(n, effect, MISSED, 'below') && decides(n, effect - DRIFT * today, alpha, 'above');
  return planned(guard, test, declared, setting, {
    seenByDwell: seenAfter(setting.dwell),
    seenByLongest: seenAfter(setting.longest),
    expected: timeFor(decided, treated),
    fixedTest: undefined,
  });
}

/** A limit on the mean, for latencies that average half the limit and spread as much as they average. */
function planMean(max: string, setting: Setting): PlannedGuard {
  const limit = parseDuration(max) ?? 0;
  const design = setting.traffic.designEffect ?? DESIGN_EFFECT;
  const spread = (n: number) => ((limit / 2) ** 2 * design) / n;
  const excluded = (n: number) => mixtureHalfWidth(spread(n), limit / 4, MISSED, 'below') < limit / 2;
  const target = { alpha: setting.alpha, tau: limit / 4, side: 'above', power: POWER } as const;
  const seenAfter = (time: number) =>
    limit + detectableBySequence(spread(Math.max(1, (setting.treated * time) / 1000)), target);
  return planned(
    `meanLatency ${max}`,
    'confidence sequence of the mean between sub-buckets',
    limit,
    setting,
    {
      seenByDwell: seenAfter(setting.dwell),
      seenByLongest: seenAfter(setting.longest),
      expected: timeFor(excluded, setting.treated),
      fixedTest: undefined,
    },
  );
}

type Maybe = Record<'seenByDwell' | 'seenByLongest' | 'expected' | 'fixedTest', number | undefined>;

function planned(
  guard: string,
  test: string,
  declared: number,
  { treated }: Setting,
  found: Maybe,
): PlannedGuard {
  const known = Object.entries(found).filter(([, value]) => value !== undefined && treated > 0);
  return {
    guard,
    test,
    declared,
    ...(Object.fromEntries(known) as Partial<Record<keyof Maybe, number>>),
    applies: true,
  };
}

/** Milliseconds until enough requests have come for `enough`; undefined where ten billion are not. */
function timeFor(enough: (requests: number) => boolean, perSecond: number): number | undefined {
  if (!(perSecond > 0) || !enough(1e10)) return undefined;
  const needed = Math.exp(smallest(0, Math.log(1e10), (log) => enough(Math.exp(log))) ?? 0);
  return (1000 * Math.max(needed, LEAST_REQUESTS)) / perSecond;
}

/** Smallest value for which an increasing condition holds; undefined if it does not even at the end. */
function smallest(from: number, to: number, holds: (value: number) => boolean): number | undefined {
  if (!holds(to)) return undefined;
  let low = from;
  let high = to;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
