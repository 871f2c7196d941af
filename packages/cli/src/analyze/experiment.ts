import {
  adjustPValues,
  asymptoticSequence,
  type Comparison,
  type CrossMoments,
  cochranQ,
  cuped,
  eBenjaminiHochberg,
  type Judged,
  mergeCrossMoments,
  ratioDifference,
  sampleRatio,
  twoProportions,
  welch,
} from '@ombre/judge';
import type { MetricCells } from './cells.ts';
import type { Loaded } from './load.ts';
import { percent, shortNumber } from './numbers.ts';
import type { Question } from './question.ts';

/** One arm against control in one metric. */
export interface Contrast {
  readonly treatment: string;
  readonly units: { readonly treatment: number; readonly control: number };
  readonly means: { readonly treatment: number; readonly control: number };
  /** The difference that the verdict rests on: adjusted by CUPED where covariates were given and did not refuse. */
  readonly estimate: number;
  readonly standardError: number;
  /** Relative to control's mean; undefined where that is 0. */
  readonly lift: number | undefined;
  /** Holds at every look, for all arms together. */
  readonly alwaysValid: {
    readonly low: number;
    readonly high: number;
    readonly p: number;
    readonly logEvidence: number;
  };
  /** Holds only if this is the one look that was planned. */
  readonly oneLook: {
    readonly low: number;
    readonly high: number;
    readonly p: number;
    readonly adjustedP: number;
  };
  /** Before any adjustment. */
  readonly raw: Comparison;
  /** What was done to the raw numbers, in order. */
  readonly trail: readonly string[];
}

/** A metric compared between control and every other arm. */
export interface MetricResult {
  readonly name: string;
  readonly kind: 'conversion' | 'mean' | 'ratio';
  readonly primary: boolean;
  readonly contrasts: readonly (
    | Contrast
    | { readonly treatment: string; readonly refused: string; readonly missing: string }
  )[];
}

/** One level of a segment. */
export interface SegmentRow {
  readonly level: string;
  readonly units: number;
  readonly share: number;
  readonly estimate: number;
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
  readonly logEvidence: number;
  /** Called different from 0, with all levels of all segments in mind (e-BH at 5 %). */
  readonly found: boolean;
  /** Its part of the whole difference: share × estimate. */
  readonly part: number;
}

/** How one arm did in each level of a segment. */
export interface SegmentResult {
  readonly segment: string;
  readonly treatment: string;
  readonly rows: readonly SegmentRow[];
  /** What is left of the difference: the arms held different shares of the levels. */
  readonly mix: number;
  /** Whether levels differ from each other (Cochran's Q), with all segments in mind (Holm). */
  readonly heterogeneityP: number | undefined;
}

const ALPHA = 0.05;

/** The arms other than control, in the order of their names. */
export function treatmentsOf(loaded: Loaded): string[] {
  return loaded.arms
    .map((arm) => arm.name)
    .filter((name) => name !== loaded.control)
    .sort();
}

/** Sample ratio of the units that have an arm, against the weights asked for. */
export function splitOf(loaded: Loaded, question: Question): ReturnType<typeof sampleRatio> {
  const names = [...loaded.arms.map((arm) => arm.name)];
  for (const name of question.weights?.keys() ?? []) if (!names.includes(name)) names.push(name);
  const observed = names.map((name) => loaded.arms.find((arm) => arm.name === name)?.units ?? 0);
  return sampleRatio(
    observed,
    names.map((name) => (question.weights === undefined ? 1 : (question.weights.get(name) ?? 0))),
  );
}

/** Compares one metric. */
export function compareMetric(
  cells: MetricCells,
  loaded: Loaded,
  question: Question,
  primary: boolean,
): MetricResult {
  const treatments = treatmentsOf(loaded);
  const whole = (arm: string) =>
    merged(cells.cells.filter((cell) => cell.arm === arm).map((cell) => cell.moments));
  const kind = cells.metric.denominator !== undefined ? 'ratio' : cells.conversion ? 'conversion' : 'mean';
  const control = whole(loaded.control);
  const contrasts = treatments.map((treatment) => {
    const found = contrast(whole(treatment), control, kind, question, treatments.length);
    if (found.refused !== undefined) return { treatment, refused: found.refused, missing: found.missing };
    const trail = [
      ...(cells.cap === undefined ? [] : [`values above ${shortNumber(cells.cap)} lowered to it`]),
      ...found.trail,
    ];
    return { ...found, treatment, trail };
  });
  return { name: cells.metric.name, kind, primary, contrasts: holm(contrasts) };
}

type Found = Omit<Contrast, 'treatment'>;

function contrast(
  treatment: CrossMoments | undefined,
  control: CrossMoments | undefined,
  kind: MetricResult['kind'],
  question: Question,
  comparisons: number,
): Judged<Found> {
  if (!treatment || !control) return { refused: 'ARM_EMPTY', missing: 'an arm has no unit with a value' };
  const alpha = ALPHA / comparisons;
  const trail: string[] = [];
  const raw =
    kind === 'ratio'
      ? ratioDifference({ treatment, control }, alpha)
      : welch({ treatment: outcome(treatment), control: outcome(control) }, alpha);
  if (raw.refused !== undefined) return raw;
  let used: Comparison = raw;
  if (kind === 'ratio' && question.covariates.length > 0)
    trail.push('CUPED is not applied to a ratio of sums');
  if (kind !== 'ratio' && question.covariates.length > 0) {
    const adjusted = cuped({ treatment, control }, { alpha });
    if (adjusted.refused !== undefined) trail.push(`CUPED left out: ${adjusted.missing}`);
    else {
      used = adjusted;
      trail.push(
        `CUPED on ${question.covariates.join(', ')}: ${percent(adjusted.gain)} of the variance gone`,
      );
    }
  }
  const oneLook = { low: used.low, high: used.high, p: used.p, adjustedP: used.p };
  if (kind === 'conversion' && used === raw) {
    const rates = twoProportions({ treatment: successes(treatment), control: successes(control) }, alpha);
    if (rates.refused === undefined)
      Object.assign(oneLook, {
        low: rates.newcombe.low,
        high: rates.newcombe.high,
        p: rates.pooled.p,
        adjustedP: rates.pooled.p,
      });
  }
  if (comparisons > 1) trail.push(`intervals widened for ${comparisons} arms (Bonferroni)`);
  const look = { estimate: used.estimate, variance: used.standardError ** 2, count: treatment.n + control.n };
  const sequence = asymptoticSequence(look, alpha, question.plannedUnits);
  const means =
    kind === 'ratio'
      ? { treatment: ratioOf(treatment), control: ratioOf(control) }
      : { treatment: treatment.means[0] ?? 0, control: control.means[0] ?? 0 };
  return {
    units: { treatment: treatment.n, control: control.n },
    means,
    estimate: used.estimate,
    standardError: used.standardError,
    lift: means.control === 0 ? undefined : used.estimate / Math.abs(means.control),
    alwaysValid: {
      low: sequence.low,
      high: sequence.high,
      p: Math.min(1, sequence.p * comparisons),
      logEvidence: sequence.logEvidence,
    },
    oneLook,
    raw,
    trail,
  };
}

/** Compares every level of every segment in the primary metric; false discoveries are bounded over all of them. */
export function compareSegments(
  cells: MetricCells,
  result: MetricResult,
  loaded: Loaded,
  question: Question,
): SegmentResult[] {
  const results: SegmentResult[] = [];
  for (const whole of result.contrasts) {
    if ('refused' in whole) continue;
    for (const [i, segment] of question.segments.entries())
      results.push(compareSegment(cells, whole, result.kind, loaded, question, segment, i));
  }
  const rows = results.flatMap((segment) => segment.rows);
  const found = new Set(
    eBenjaminiHochberg(
      rows.map((row) => row.logEvidence),
      ALPHA,
    ).map((index) => rows[index]),
  );
  const tested = results.flatMap(({ heterogeneityP }) =>
    heterogeneityP === undefined ? [] : [heterogeneityP],
  );
  const adjusted = adjustPValues(tested, 'holm');
  let next = 0;
  return results.map((segment) => ({
    ...segment,
    rows: segment.rows.map((row) => ({ ...row, found: found.has(row) })),
    heterogeneityP:
      segment.heterogeneityP === undefined || adjusted.refused !== undefined
        ? segment.heterogeneityP
        : adjusted.adjusted[next++],
  }));
}

function compareSegment(
  cells: MetricCells,
  whole: Contrast,
  kind: MetricResult['kind'],
  loaded: Loaded,
  question: Question,
  segment: string,
  i: number,
): SegmentResult {
  const levels = [...new Set(cells.cells.map((cell) => cell.levels[i] ?? ''))].sort();
  const of = (arm: string, level: string) =>
    merged(
      cells.cells.filter((cell) => cell.arm === arm && cell.levels[i] === level).map((cell) => cell.moments),
    );
  const total = whole.units.treatment + whole.units.control;
  const rows = levels.flatMap((level): SegmentRow[] => {
    const [treatment, control] = [of(whole.treatment, level), of(loaded.control, level)];
    const found = contrast(treatment, control, kind, question, 1);
    if (found.refused !== undefined) return [];
    const units = found.units.treatment + found.units.control;
    const { low, high, logEvidence } = found.alwaysValid;
    const share = units / total;
    const { estimate, standardError } = found;
    return [
      {
        level,
        units,
        share,
        estimate,
        standardError,
        low,
        high,
        logEvidence,
        found: false,
        part: share * estimate,
      },
    ];
  });
  const q = cochranQ(rows);
  const parts = rows.reduce((sum, row) => sum + row.part, 0);
  return {
    segment,
    treatment: whole.treatment,
    rows,
    mix: whole.estimate - parts,
    heterogeneityP: q.refused === undefined ? q.p : undefined,
  };
}

function holm(contrasts: MetricResult['contrasts']): MetricResult['contrasts'] {
  const tested = contrasts.flatMap((found) => ('refused' in found ? [] : [found.oneLook.p]));
  const adjusted = adjustPValues(tested, 'holm');
  if (adjusted.refused !== undefined) return contrasts;
  let next = 0;
  return contrasts.map((found) =>
    'refused' in found
      ? found
      : { ...found, oneLook: { ...found.oneLook, adjustedP: adjusted.adjusted[next++] ?? found.oneLook.p } },
  );
}

function merged(parts: readonly CrossMoments[]): CrossMoments | undefined {
  const [first, ...others] = parts;
  return first && others.reduce(mergeCrossMoments, first);
}

function outcome(moments: CrossMoments): { n: number; mean: number; m2: number } {
  return { n: moments.n, mean: moments.means[0] ?? 0, m2: Math.max(0, moments.products[0]?.[0] ?? 0) };
}

function successes(moments: CrossMoments): { n: number; successes: number } {
  return { n: moments.n, successes: Math.round((moments.means[0] ?? 0) * moments.n) };
}

function ratioOf(moments: CrossMoments): number {
  return (moments.means[0] ?? 0) / (moments.means[1] ?? 0);
}
