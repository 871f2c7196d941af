import { eBenjaminiHochberg, mixtureLogEvidence, subBucketDifference } from '@ombre/judge';
import type { ArmTally } from '../health/tally.ts';
import { burstTest, usualRate } from './burst-evidence.ts';
import { type BucketCounts, between, rateOf, total } from './rates.ts';
import { LEAST_UNITS, type Sight } from './sight.ts';

/** One level's users, compared with their own control since the evidence began. */
export type Slice = {
  readonly level: string;
  readonly treatment: BucketCounts;
  readonly control: BucketCounts;
};

/** Rejected at this rate of false discoveries once something is known to be wrong: which slices it is. */
export const WHICH = 0.05;

/** The levels that have users in both arms. */
export function slicesOf({ history, tally }: Sight, counted: number | 'failures'): readonly Slice[] {
  return Object.entries(tally.levels).flatMap(([level, arms]) => {
    const first = history.first.levels[level];
    const treatment = grown(arms.treatment, first?.treatment, counted);
    const control = grown(arms.control, first?.control, counted);
    return total(control.trials) === 0 || total(treatment.trials) === 0
      ? []
      : [{ level, treatment, control }];
  });
}

/**
 * The slices among `named` that are surely worse than their control by more than the margin: e-BH (Wang & Ramdas, JRSSB 2022) over
 * an e-value each, whatever binds them together. An e-value is the mean of two: that of sub-buckets with any failure, and from
 * 30 units a sub-bucket that of the difference (an asymptotic e-process: Waudby-Smith et al. 2024).
 */
export function worseSlices(
  { tally }: Sight,
  slices: readonly Slice[],
  {
    named,
    alpha,
    effect,
    margin,
  }: {
    readonly named: readonly string[];
    readonly alpha: number;
    readonly effect: number;
    readonly margin: number;
  },
): readonly string[] {
  const evidence = named.map((level) => {
    const slice = slices.find((one) => one.level === level);
    if (slice === undefined) return 0;
    const { treatment, control } = slice;
    const none: BucketCounts = { events: [], trials: [] };
    const burst = burstTest(usualRate(control, none, 1))({ treatment, control, margin, needed: 0 });
    const arms = tally.levels[level];
    const units = Math.min(arms?.treatment.units ?? 0, arms?.control.units ?? 0);
    const sequence = units < LEAST_UNITS ? 0 : differenceEvidence(slice, effect, margin);
    return Math.log((Math.exp(Math.min(600, burst)) + Math.exp(Math.min(600, sequence))) / 2);
  });
  return eBenjaminiHochberg(evidence, alpha).flatMap((index) => named[index] ?? []);
}

/** Whether all levels but those show no sign of being worse: their treatment fails no more than control by over the margin. */
export function restIsFine(
  slices: readonly Slice[],
  apart: readonly string[],
  effect: number,
  margin: number,
): boolean {
  return slices
    .filter(({ level }) => !apart.includes(level))
    .every(({ treatment, control }) => rateOf(treatment) - rateOf(control) - margin < effect / 2);
}

function differenceEvidence({ treatment, control }: Slice, effect: number, margin: number): number {
  const estimate = subBucketDifference(
    {
      treatment: { numerator: treatment.events, denominator: treatment.trials, units: 0 },
      control: { numerator: control.events, denominator: control.trials, units: 0 },
    },
    1,
  );
  return estimate.refused
    ? 0
    : mixtureLogEvidence(estimate.estimate, estimate.variance, effect, margin, 'above');
}

/** What an arm was given since another count of it. */
export function grown(
  arm: ArmTally,
  first: ArmTally | undefined,
  counted: number | 'failures',
): BucketCounts {
  const now = countedOf(arm, counted);
  return first === undefined ? now : between(countedOf(first, counted), now);
}

/** Failed requests of an arm, or those that took longer than a limit: one in flight that passed it is slow already and counts as one. */
export function countedOf({ ended, failures, slow }: ArmTally, counted: number | 'failures'): BucketCounts {
  if (counted === 'failures') return { events: failures, trials: ended };
  const events = slow[counted] ?? [];
  return { events, trials: ended.map((count, bucket) => Math.max(count, events[bucket] ?? 0)) };
}
