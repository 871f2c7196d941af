import { differenceInDifferences, mixtureHalfWidth, normalUpperQuantile } from '@ombre/judge';
import { type Finding, percent } from './guard-evidence.ts';
import { type BucketCounts, total } from './rates.ts';
import { isEnough, LEAST_UNITS, MISSED, type Sight } from './sight.ts';
import { countedOf, grown } from './slices.ts';

/** What is compared, as a guard against control says it. */
export type TrendLimit = {
  readonly counted: number | 'failures';
  readonly effect: number;
  readonly margin: number;
  readonly said: string;
};

/** Rates of the two groups may drift apart by so much of the expected rate without any change: trends are never quite parallel. */
export const DRIFT = 0.25;

/**
 * A level whose users all have the change has no control. It is compared with what its users were given at its earlier, smaller steps, moved as users outside all
 * levels moved since: difference-in-differences. The present is watched by a confidence sequence, what was before by a fixed bound, half of the budget
 * each. Undefined where the level had no earlier step with a control, or nobody is outside.
 */
export function judgeInDifferences(
  { alone, tally, history }: Sight,
  { counted, effect, margin, said }: TrendLimit,
  alpha: number,
): Finding | undefined {
  const treatment = alone && tally.levels[alone.level]?.treatment;
  if (alone?.before === undefined || treatment === undefined || tally.outside === undefined) return undefined;
  const now = grown(treatment, history.first.levels[alone.level]?.treatment, counted);
  const others = grown(tally.outside, history.first.outside, counted);
  const was = {
    level: countedOf(alone.before.level, counted),
    outside: countedOf(alone.before.outside, counted),
  };
  if (total(others.trials) === 0 || ![was.level, was.outside].every(isEnough)) return undefined;
  const estimate = differenceInDifferences(
    { before: sums(was.level), now: sums(now) },
    { before: sums(was.outside), now: sums(others) },
  );
  const saw = `${total(now.trials)} requests of ${alone.level}`;
  if (estimate.refused || ![now, others].every(isEnough)) {
    return { verdict: 'undecided', sentence: `${saw}: too few to compare with what was before`, numbers: {} };
  }
  const { rate, expected, varianceNow } = estimate;
  const before = Math.sqrt(estimate.varianceBefore);
  const above = estimate.estimate - DRIFT * expected;
  const lower =
    above -
    mixtureHalfWidth(varianceNow, effect, alpha / 2, 'above') -
    normalUpperQuantile(alpha / 2) * before;
  const upper =
    estimate.estimate +
    mixtureHalfWidth(varianceNow, effect, MISSED / 2, 'below') +
    normalUpperQuantile(MISSED / 2) * before;
  const numbers = { rate, expected, difference: estimate.estimate, lower, upper, margin, effect };
  const text = `${percent(rate)} of ${saw} ${said}, ${percent(expected)} expected by what was before and by users outside`;
  if (lower > margin && Math.min(treatment.units, tally.outside.units) >= LEAST_UNITS) {
    return { verdict: 'bad', sentence: `${text}: surely worse`, numbers };
  }
  return upper < margin + effect
    ? { verdict: 'good', sentence: `${text}: a rise by ${percent(effect)} is excluded`, numbers }
    : {
        verdict: 'undecided',
        sentence: `${text}: a rise by ${percent(effect)} is not excluded yet`,
        numbers,
      };
}

function sums({ events, trials }: BucketCounts) {
  return { numerator: events, denominator: trials };
}
