import { asymptoticSequence } from '@ombre/judge';
import {
  type Verdict as Conclusion,
  type ConclusionRules,
  conclude,
  defaultRules,
  type Measured,
  type MetricEvidence,
} from '@ombre/release';
import type { Contrast, MetricResult, SegmentResult } from './experiment.ts';
import type { Loaded } from './load.ts';
import { grouped, percent, pValue, type Scale, scaleOf } from './numbers.ts';
import type { Quality } from './quality.ts';
import type { Question } from './question.ts';

/** What to do with one arm. */
export interface Verdict {
  readonly treatment: string;
  /** `mixed`: it helps some segments and hurts others; the rest as the conclusion decides. */
  readonly decision: Conclusion['decision'] | 'mixed';
  /** One plain sentence. */
  readonly sentence: string;
  /** The least difference that matters, in the metric's unit. */
  readonly threshold: number;
  readonly confidentlyAbove: boolean;
  /** What one planned look would have decided, where that differs. */
  readonly ifOneLook: string | undefined;
  /** Units an arm that would settle it, where it is open. */
  readonly unitsNeeded: number | undefined;
  /** The record of the decision: evidence, rules, gates, readings; `replay` of the release package repeats it. */
  readonly record: Conclusion;
}

/** What a verdict on one arm rests on. */
export interface VerdictInputs {
  readonly metrics: readonly MetricResult[];
  readonly segments: readonly SegmentResult[];
  readonly quality: Quality;
  readonly loaded: Loaded;
  readonly question: Question;
  /** SHA-256 of the file. */
  readonly digest: string;
}

/** Concludes about one arm by the release package's rules, on always-valid evidence, and says it in a sentence. */
export function verdictOf(found: Contrast, inputs: VerdictInputs): Verdict {
  const { metrics, segments, question, quality } = inputs;
  const [primary] = metrics;
  if (!primary) throw new Error('a question has at least one metric');
  const scale = scaleOf(primary.kind);
  const threshold = thresholdOf(primary, found, question);
  const record = conclude(
    {
      subject: found.treatment,
      quality: {
        units: found.units,
        days: inputs.loaded.dates?.days ?? question.minDays,
        sampleRatioP: quality.sampleRatioP,
        unitsInSeveralArms: inputs.loaded.crossover.share,
      },
      metrics: metrics.flatMap((metric) => evidenceOf(metric, found.treatment, threshold, question)),
      digests: { data: inputs.digest },
    },
    rulesOf(question),
  );
  const opposite = oppositeSegment(
    segments.filter((segment) => segment.treatment === found.treatment),
    question.lowerIsBetter ? -1 : 1,
  );
  const trusted = record.decision !== 'veto' && record.decision !== 'wait';
  const decision = trusted && opposite ? 'mixed' : record.decision;
  const difference = Math.max(threshold, Math.abs(found.estimate));
  const open = decision === 'anomaly' || decision === 'go-on' || decision === 'underpowered';
  const unitsNeeded = open ? unitsFor(found, difference, question.plannedUnits) : undefined;
  const span = `(95 % interval ${scale.signed(found.alwaysValid.low)} to ${scale.signed(found.alwaysValid.high)}, valid at every look)`;
  const change = `${primary.name} ${moved(found, scale)}`;
  const more =
    unitsNeeded === undefined
      ? ''
      : `; about ${grouped(unitsNeeded)} units an arm would tell a difference of ${scale.size(difference)}`;
  const matters = scale.size(threshold);
  const who = found.treatment;
  const stopped = record.gates.find(({ outcome }) => outcome !== 'pass')?.findings.join('; ') ?? '';
  const byGuardrail = record.gates.some(({ gate, outcome }) => gate === 'guardrails' && outcome === 'harm');
  const sentences: Record<Verdict['decision'], () => string> = {
    veto: () => `Do not use this result: ${quality.vetoes[0]?.text ?? stopped}.`,
    wait: () => `Wait with ${who}: ${stopped}.`,
    mixed: () => (opposite ? mixed(found, opposite, scale) : ''),
    harm: () => (byGuardrail ? `Take ${who} back: ${stopped}.` : `Take ${who} back: ${change} ${span}.`),
    release: () => `Release ${who}: ${change} ${span}.`,
    'dont-adopt': () =>
      `Don't adopt ${who}: ${change} ${span}, surely a gain but less than the ${matters} that matter.`,
    equivalent: () =>
      `Don't adopt ${who}: it makes no difference that matters; ${change} ${span}, within ±${matters}.`,
    anomaly: () =>
      `Wait, and look into ${who}: ${change}, which would matter if it is real, but chance alone explains it ${span}${more}.`,
    underpowered: () =>
      `Wait with ${who}: ${change}, which chance alone explains ${span}, p = ${pValue(found.alwaysValid.p)}${more}.`,
    'go-on': () =>
      Math.abs(found.estimate) >= threshold
        ? `Wait with ${who}: ${change}, a loss that matters if it is real, but chance alone explains it ${span}${more}.`
        : `Go on with ${who}: ${change}, which is neither sure nor large ${span}${more}.`,
  };
  return {
    treatment: who,
    decision,
    sentence: sentences[decision](),
    threshold,
    confidentlyAbove: record.confidentlyAbove,
    ifOneLook: open && found.oneLook.adjustedP < 0.05 ? oneLook(found, threshold, question) : undefined,
    unitsNeeded,
    record,
  };
}

function rulesOf(question: Question): ConclusionRules {
  return {
    ...defaultRules,
    minimumUnitsPerArm: question.minUnits,
    minimumDays: question.minDays,
    severalArmsLimit: question.maxCrossover,
  };
}

/** Asked for, or 0.8 points of a conversion, or 1 % of control's mean. */
function thresholdOf(metric: MetricResult, found: Contrast, question: Question): number {
  return (
    question.threshold ??
    (metric.kind === 'conversion' ? defaultRules.threshold : 0.01 * Math.abs(found.means.control))
  );
}

function evidenceOf(
  metric: MetricResult,
  treatment: string,
  threshold: number,
  question: Question,
): MetricEvidence[] {
  const guardrail = question.guardrails.find(({ name }) => name === metric.name);
  const found = metric.contrasts.find((one) => one.treatment === treatment);
  if (!found || 'refused' in found || (!metric.primary && !guardrail)) return [];
  const raw = measured(found, found.raw);
  const oneLook = measured(found, found.oneLook);
  const valid = measured(found, found.alwaysValid);
  const lower = guardrail ? guardrail.lowerIsBetter : question.lowerIsBetter;
  return [
    {
      name: metric.name,
      role: guardrail ? 'guardrail' : 'primary',
      better: lower ? 'lower' : 'higher',
      scale: metric.kind === 'conversion' ? 'share' : 'value',
      raw,
      trail: [
        ...(found.trail.length > 0
          ? [{ step: 'adjusted', detail: found.trail.join('; '), from: raw, to: oneLook }]
          : []),
        {
          step: 'always-valid',
          detail: `asymptotic confidence sequence, tightest at ${question.plannedUnits} units`,
          from: oneLook,
          to: valid,
        },
      ],
      ...(guardrail ? { margin: guardrail.margin } : { threshold }),
    },
  ];
}

/** Numbers of one method; the estimate is the contrast's where that method only adds an interval to it. */
function measured(
  { estimate, standardError }: Contrast,
  numbers: { readonly p: number; readonly low: number; readonly high: number } & Partial<Measured>,
): Measured {
  const { p, low, high } = numbers;
  return {
    estimate: numbers.estimate ?? estimate,
    standardError: numbers.standardError ?? standardError,
    p,
    low,
    high,
  };
}

function moved(found: Contrast, scale: Scale): string {
  const direction = found.estimate < 0 ? 'fell' : 'rose';
  const lift = found.lift === undefined ? '' : ` (${percent(Math.abs(found.lift))})`;
  return `${direction} by ${scale.size(found.estimate)}${lift} from ${scale.level(found.means.control)}`;
}

function oneLook(found: Contrast, threshold: number, question: Question): string {
  const gain = question.lowerIsBetter ? -found.estimate : found.estimate;
  const what = gain < 0 ? 'take it back' : gain >= threshold ? 'release it' : "don't adopt it";
  return `${what} (p = ${pValue(found.oneLook.adjustedP)})`;
}

interface Opposite {
  readonly segment: string;
  readonly helped: SegmentResult['rows'];
  readonly hurt: SegmentResult['rows'];
}

/** The first segment with levels found to gain and levels found to lose. */
function oppositeSegment(segments: readonly SegmentResult[], sign: number): Opposite | undefined {
  for (const { segment, rows } of segments) {
    const helped = rows.filter((row) => row.found && sign * row.estimate > 0);
    const hurt = rows.filter((row) => row.found && sign * row.estimate < 0);
    if (helped.length > 0 && hurt.length > 0) return { segment, helped, hurt };
  }
  return undefined;
}

function mixed(found: Contrast, { segment, helped, hurt }: Opposite, scale: Scale): string {
  const list = (rows: SegmentResult['rows']) =>
    rows.map((row) => `${row.level} (${scale.signed(row.estimate)})`).join(', ');
  const where = `it helps where ${segment} is ${list(helped)} and hurts where it is ${list(hurt)}`;
  return `Do not release ${found.treatment} to everybody: ${where}; the ${scale.signed(found.estimate)} over all hides both.`;
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
