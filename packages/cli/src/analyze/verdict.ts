import { asymptoticSequence } from '@ombre/judge';
import type { Contrast, MetricResult, SegmentResult } from './experiment.ts';
import { grouped, percent, pValue, type Scale, scaleOf } from './numbers.ts';
import type { Quality } from './quality.ts';
import type { Question } from './question.ts';

/** What to do with one arm. */
export interface Verdict {
  readonly treatment: string;
  readonly decision:
    | 'veto'
    | 'too-few'
    | 'release'
    | 'dont-adopt'
    | 'take-back'
    | 'mixed'
    | 'equivalent'
    | 'anomaly'
    | 'go-on';
  /** One plain sentence. */
  readonly sentence: string;
  /** The least difference that matters, in the metric's unit. */
  readonly threshold: number;
  /** Whether the interval's whole good side lies above the threshold. */
  readonly confidentlyAbove: boolean;
  /** What one planned look would have decided, where it differs. */
  readonly ifOneLook: string | undefined;
  /** Units an arm that would settle it, where it is open. */
  readonly unitsNeeded: number | undefined;
}

/**
 * The rule of the four cells (significant at 5 % by the always-valid interval; material at the threshold), with harm,
 * equivalence, vetoes, and effects of opposite sign in different segments.
 */
export function verdictOf(
  metric: MetricResult,
  found: Contrast,
  segments: readonly SegmentResult[],
  quality: Quality,
  question: Question,
): Verdict {
  const scale = scaleOf(metric.kind);
  const threshold = question.threshold ?? (metric.kind === 'conversion' ? 0.008 : 0);
  const sign = question.lowerIsBetter ? -1 : 1;
  const gain = sign * found.estimate;
  const { low, high, p } = found.alwaysValid;
  const [worst, best] = sign > 0 ? [low, high] : [-high, -low];
  const significant = low > 0 || high < 0;
  const base = { treatment: found.treatment, threshold, confidentlyAbove: worst > threshold };
  const say = (decision: Verdict['decision'], sentence: string, unitsNeeded?: number): Verdict => ({
    ...base,
    decision,
    sentence,
    unitsNeeded,
    ifOneLook:
      decision === 'veto' || significant || found.oneLook.adjustedP >= 0.05
        ? undefined
        : oneLook(gain, threshold, found),
  });
  const change = `${metric.name} ${moved(found, scale)}`;
  const span = `(95 % interval ${scale.signed(low)} to ${scale.signed(high)}, valid at every look)`;

  const [veto] = quality.vetoes;
  if (veto) return say('veto', `Do not use this result: ${veto.text}.`);
  const fewest = Math.min(found.units.treatment, found.units.control);
  if (fewest < question.minUnits) {
    return say(
      'too-few',
      `Wait: an arm has only ${grouped(fewest)} units, fewer than the ${grouped(question.minUnits)} asked for.`,
    );
  }
  const opposite = oppositeSegment(
    segments.filter((segment) => segment.treatment === found.treatment),
    sign,
  );
  if (opposite) {
    const list = (rows: typeof opposite.helped) =>
      rows.map((row) => `${row.level} (${scale.signed(row.estimate)})`).join(', ');
    const { helped, hurt, segment } = opposite;
    return say(
      'mixed',
      `Do not release ${found.treatment} to everybody: it helps where ${segment} is ${list(helped)} and hurts where it is ${list(hurt)}; the ${scale.signed(found.estimate)} over all hides both.`,
    );
  }
  if (significant && gain < 0) return say('take-back', `Take ${found.treatment} back: ${change} ${span}.`);
  if (significant && gain >= threshold)
    return say('release', `Release ${found.treatment}: ${change} ${span}.`);
  if (significant)
    return say(
      'dont-adopt',
      `Don't adopt ${found.treatment}: ${change} ${span}, surely but by less than the ${scale.size(threshold)} that matter.`,
    );
  if (threshold > 0 && worst > -threshold && best < threshold) {
    return say(
      'equivalent',
      `Don't adopt ${found.treatment}: it makes no difference that matters; ${change} ${span}, within ±${scale.size(threshold)}.`,
    );
  }
  const needed = unitsFor(found, threshold > 0 ? threshold : Math.abs(found.estimate), question.plannedUnits);
  const more = needed === undefined ? '' : `; about ${grouped(needed)} units an arm would tell`;
  if (threshold > 0 && Math.abs(gain) >= threshold) {
    return say(
      'anomaly',
      `Wait, and look into ${found.treatment}: ${change}, which would matter if it is real, but chance alone explains it ${span}${more}.`,
      needed,
    );
  }
  return say(
    'go-on',
    `Wait with ${found.treatment}: ${change}, which chance alone explains ${span}, p = ${pValue(p)}${more}.`,
    needed,
  );
}

function moved(found: Contrast, scale: Scale): string {
  const direction = found.estimate < 0 ? 'fell' : 'rose';
  const lift = found.lift === undefined ? '' : `, ${percent(Math.abs(found.lift))}`;
  return `${direction} by ${scale.size(found.estimate)} from ${scale.level(found.means.control)}${lift}`;
}

function oneLook(gain: number, threshold: number, found: Contrast): string {
  const what = gain < 0 ? 'take it back' : gain >= threshold ? 'release it' : "don't adopt it";
  return `${what} (p = ${pValue(found.oneLook.adjustedP)})`;
}

/** The first segment with levels found to gain and levels found to lose. */
function oppositeSegment(
  segments: readonly SegmentResult[],
  sign: number,
): { segment: string; helped: SegmentResult['rows']; hurt: SegmentResult['rows'] } | undefined {
  for (const { segment, rows } of segments) {
    const helped = rows.filter((row) => row.found && sign * row.estimate > 0);
    const hurt = rows.filter((row) => row.found && sign * row.estimate < 0);
    if (helped.length > 0 && hurt.length > 0) return { segment, helped, hurt };
  }
  return undefined;
}

/** Units an arm at which the interval would be as narrow as `difference`, if the spread stays as it is. */
function unitsFor(found: Contrast, difference: number, plannedUnits: number): number | undefined {
  if (!(difference > 0)) return undefined;
  const now = found.units.treatment + found.units.control;
  const halfWidth = (count: number) =>
    asymptoticSequence(
      { estimate: 0, variance: (found.standardError ** 2 * now) / count, count },
      0.05,
      plannedUnits,
    ).halfWidth;
  let high = now;
  while (halfWidth(high) > difference) {
    high *= 2;
    if (high > 1e12) return undefined;
  }
  let low = high / 2;
  while (high - low > 0.001 * high) {
    const middle = (low + high) / 2;
    if (halfWidth(middle) > difference) low = middle;
    else high = middle;
  }
  // Two digits: more would pretend to know the spread.
  return Number((high / 2).toPrecision(2));
}
