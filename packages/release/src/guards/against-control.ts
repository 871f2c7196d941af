import { mixtureHalfWidth, subBucketDifference } from '@ombre/judge';
import type { GuardEvidence } from '../health/health.ts';
import { countsOf } from '../health/history.ts';
import { evidenceAboveControl } from './above-control.ts';
import { burstTest, usualRate } from './burst-evidence.ts';
import { causeOf, UNCLEAR } from './cause-of.ts';
import { type Finding, guardEvidence, percent } from './guard-evidence.ts';
import { judgeInDifferences } from './in-differences.ts';
import { type BucketCounts, rateOf, total } from './rates.ts';
import {
  countsIn,
  gather,
  isEnough,
  LEAST_UNITS,
  likelyStart,
  MISSED,
  rateIn,
  type Sight,
  unitsOf,
  type Window,
} from './sight.ts';
import { restIsFine, slicesOf, WHICH, worseSlices } from './slices.ts';

/** A limit on how much more of treatment than of its control may be bad. */
export type ControlLimit = {
  readonly guard: string;
  readonly counted: number | 'failures';
  readonly effect: number;
  readonly margin: number;
  readonly said: string;
  /** Levels compared by themselves as well; `returnSlices`: they may go back alone. */
  readonly slices?: readonly string[] | undefined;
  readonly returnSlices?: boolean | undefined;
};

/** How much of the budget windows have; the rest has the difference over the whole step, but for what slices have where some are named. */
export const WINDOWS_PART = 0.75;
const SLICES_PART = 0.1;

/**
 * Bad when treatment is surely worse than its concurrent control by more than the margin: most of the budget watches windows of
 * all lengths for gross faults; the rest an asymptotic confidence sequence of the difference between sub-buckets (Waudby-Smith
 * et al. 2024), from 30 units each. Levels are compared each within itself. Good when the declared effect is excluded.
 */
export function judgeAgainstControl(sight: Sight, limit: ControlLimit): GuardEvidence {
  const { guard, counted } = limit;
  const slices = limit.slices ?? [];
  const found = compare(sight, limit);
  return guardEvidence(
    sight,
    guard,
    counted,
    slices.length === 0 ? found : bySlice(sight, limit, slices, found),
  );
}

/** Which of the named slices are worse: they go back alone where that is wanted and the others show no harm. */
function bySlice(
  sight: Sight,
  { counted, effect, margin, said, returnSlices }: ControlLimit,
  named: readonly string[],
  whole: Finding,
): Finding {
  if (!sight.control) return whole;
  const alpha = whole.verdict === 'bad' ? WHICH : SLICES_PART * sight.alpha;
  const slices = slicesOf(sight, counted);
  const worse = worseSlices(sight, slices, { named, alpha, effect, margin });
  if (worse.length === 0) return whole;
  const rates = slices
    .filter(({ level }) => worse.includes(level))
    .map((one) => `${one.level}: ${percent(rateOf(one.treatment))}, control ${percent(rateOf(one.control))}`);
  const sentence = `over the step requests ${said} more often than control's at ${rates.join('; ')}`;
  if (returnSlices !== true || !restIsFine(slices, worse, effect, margin)) {
    return {
      ...whole,
      verdict: 'bad',
      sentence: whole.verdict === 'bad' ? `${whole.sentence}; ${sentence}` : sentence,
    };
  }
  return {
    ...whole,
    verdict: 'undecided',
    sentence: `${sentence}, and nowhere else: they go back alone`,
    returns: worse,
  };
}

/** Levels with a control against theirs; one without against what was before and users outside. */
function compare(sight: Sight, limit: ControlLimit): Finding {
  const rest = (1 - WINDOWS_PART - (limit.slices === undefined ? 0 : SLICES_PART)) * sight.alpha;
  const trend = judgeInDifferences(sight, limit, sight.control ? rest / 2 : sight.alpha);
  if (!sight.control) {
    const sentence = 'not compared: this level leaves no control';
    return trend ?? { verdict: 'good', sentence, numbers: {} };
  }
  const found = compareArms(sight, limit, trend === undefined ? rest : rest / 2);
  if (trend === undefined) return found;
  const [first, second] =
    found.verdict === 'bad' || trend.verdict === 'good' ? [found, trend] : [trend, found];
  return { ...first, sentence: `${first.sentence}; ${second.sentence}` };
}

function compareArms(sight: Sight, { counted, effect, margin, said }: ControlLimit, alpha: number): Finding {
  const gross = gather(sight, WINDOWS_PART * sight.alpha, worseIn(sight, counted, margin));
  if (gross !== undefined && gross.surplus >= 0) {
    const { window, nats, needed, began } = gross;
    const treatment = countsIn(window, 'compared', counted);
    const rates = { rate: rateOf(treatment), control: rateOf(countsIn(window, 'control', counted)) };
    const sentence = `${percent(rates.rate)} of ${total(treatment.trials)} requests ${said}, control ${percent(rates.control)}: surely worse`;
    const numbers = { ...rates, margin, evidence: nats, needed };
    const cause = causeOf(sight, counted, { margin });
    if (cause === 'change') return { verdict: 'bad', sentence, numbers, window, began };
    if (cause === 'unclear') {
      return { verdict: 'undecided', sentence: `${sentence}; ${UNCLEAR}`, numbers, window };
    }
  }
  const whole = sight.history.snapshots.at(-1);
  if (whole === undefined) return { verdict: 'undecided', sentence: 'no requests yet', numbers: {} };
  return difference(sight, countsOf(whole.compared, counted), countsOf(whole.control, counted), {
    counted,
    effect,
    margin,
    said,
    alpha,
  });
}

/** Sub-buckets of a healthy window in which something fails, on average, above which counting them says little. */
const MANY = 24;

/** Evidence (nats) that treatment is worse in a window. */
function worseIn(
  { history }: Sight,
  counted: number | 'failures',
  margin: number,
): (window: Window, needed: number) => number {
  const last = history.snapshots.at(-1);
  if (last === undefined) return () => 0;
  const { weight, past } = history;
  const whole = countsOf(last.control, counted);
  const usual = usualRate(whole, countsOf(past, counted), weight);
  const burst = burstTest(usual);
  return (window, needed) => {
    if (rateIn(window, 'compared', counted) <= rateIn(window, 'control', counted) + margin) return 0;
    const treatment = countsIn(window, 'compared', counted);
    const control = countsIn(window, 'control', counted);
    return (usual.rate + margin) * total(treatment.trials) < MANY
      ? burst({ treatment, control: countsIn(window, 'seen', counted), margin, needed })
      : ofTwo(evidenceAboveControl(treatment, { now: control, whole, weight }, margin, needed));
  };
}

/** The evidence that a product of two independent p-values is worth (Fisher: P(UV ≤ c) = c (1 − ln c)). */
function ofTwo(nats: number): number {
  return nats > 0 ? nats - Math.log1p(nats) : 0;
}

/** Part of the variance that users' past explains from which it is told. */
const WORTH_SAYING = 0.1;

/** The difference over all that was counted since the evidence began, less what the past of both arms' users explains of it. */
function difference(
  sight: Sight,
  treatment: BucketCounts,
  control: BucketCounts,
  {
    counted,
    effect,
    margin,
    said,
    alpha,
  }: Pick<ControlLimit, 'counted' | 'effect' | 'margin' | 'said'> & { readonly alpha: number },
): Finding {
  const rates = { rate: rateOf(treatment), control: rateOf(control) };
  const saw = `${percent(rates.rate)} of ${total(treatment.trials)} requests ${said}, control ${percent(rates.control)}`;
  const estimate = estimated(sight, treatment, control, counted);
  if (estimate.refused || ![treatment, control].every(isEnough)) {
    return { verdict: 'undecided', sentence: `${saw}: too few requests to compare`, numbers: rates };
  }
  const { variance, cuped } = estimate;
  const lower = estimate.estimate - mixtureHalfWidth(variance, effect, alpha, 'above');
  const upper = estimate.estimate + mixtureHalfWidth(variance, effect, MISSED, 'below');
  const explained = cuped?.gain;
  const numbers = { ...rates, difference: estimate.estimate, lower, upper, margin, effect, explained };
  const expected = percent(Math.max(0, rates.rate - estimate.estimate));
  // Rates by themselves would not say what is concluded.
  const found =
    (explained ?? 0) < WORTH_SAYING ? saw : `${saw}, ${expected} expected by what users did before`;
  if (unitsOf(sight).compared >= LEAST_UNITS && lower > margin) {
    const began = likelyStart(sight, (window) => {
      const part = estimated(
        sight,
        countsIn(window, 'compared', counted),
        countsIn(window, 'control', counted),
        counted,
      );
      return part.refused ? 0 : Math.max(0, part.estimate - margin) ** 2 / (2 * part.variance);
    });
    return { verdict: 'bad', sentence: `${found}: surely worse`, numbers, began };
  }
  return upper < margin + effect
    ? { verdict: 'good', sentence: `${found}: a rise by ${percent(effect)} is excluded`, numbers }
    : {
        verdict: 'undecided',
        sentence: `${found}: a rise by ${percent(effect)} is not excluded yet`,
        numbers,
      };
}

/** By how much more of treatment is bad, between sub-buckets, less what their units' past explains. */
function estimated(
  { history, ahead }: Sight,
  treatment: BucketCounts,
  control: BucketCounts,
  counted: number | 'failures',
) {
  const before = ahead && {
    treatment: countsOf(ahead.treatment, counted),
    control: countsOf(ahead.control, counted),
  };
  const known = before && isEnough(before.treatment) && isEnough(before.control);
  const arms = {
    treatment: sums(treatment),
    control: sums(control),
    ...(known && { before: { treatment: sums(before.treatment), control: sums(before.control) } }),
  };
  return subBucketDifference(arms, Math.max(1, history.weight));
}

function sums({ events, trials }: BucketCounts) {
  return { numerator: events, denominator: trials, units: 0 };
}
