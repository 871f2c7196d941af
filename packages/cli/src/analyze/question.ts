import { problem } from './problems.ts';
import type { Source } from './source.ts';
import { requireColumn } from './source.ts';

/** A number measured on every unit: a column, or the ratio of two columns summed over units. */
export interface Metric {
  readonly name: string;
  readonly numerator: string;
  readonly denominator?: string;
}

/** What was asked about an experiment, checked against the file's columns. */
export interface Question {
  /** Absent: every row is a unit. */
  readonly unit: string | undefined;
  readonly variant: string;
  readonly control: string | undefined;
  /** The first is the primary one. */
  readonly metrics: readonly [Metric, ...Metric[]];
  readonly covariates: readonly string[];
  readonly segments: readonly string[];
  readonly date: string | undefined;
  /** How several rows of a unit become one; absent: refuse them. */
  readonly perUnit: 'sum' | 'mean' | 'max' | 'first' | undefined;
  readonly missing: 'drop' | 'zero' | 'refuse';
  /** Values above this quantile, pooled over arms, are lowered to it. */
  readonly winsorize: number | undefined;
  /** Expected share of units by arm; absent: equal. */
  readonly weights: ReadonlyMap<string, number> | undefined;
  /** The least difference that matters, in the metric's unit; absent: 0.008 for conversions, else 1 % of control's mean. */
  readonly threshold: number | undefined;
  readonly lowerIsBetter: boolean;
  /** Metrics that must not get worse by more than a margin. */
  readonly guardrails: readonly Guardrail[];
  readonly plannedUnits: number;
  readonly maxCrossover: number;
  readonly minUnits: number;
  readonly minDays: number;
}

/** A metric that must not get worse by more than `margin`, in its own unit. */
export interface Guardrail extends Metric {
  readonly margin: number;
  readonly lowerIsBetter: boolean;
}

/** Options as commander gives them. */
export interface ExperimentOptions {
  readonly unit?: string;
  readonly variant?: string;
  readonly control?: string;
  readonly metric?: readonly string[];
  readonly covariate?: readonly string[];
  readonly segments?: string;
  readonly date?: string;
  readonly perUnit?: string;
  readonly missing?: string;
  readonly winsorize?: string;
  readonly weights?: string;
  readonly threshold?: string;
  readonly lowerIsBetter?: boolean;
  readonly plannedUnits?: string;
  readonly guardrail?: readonly string[];
  readonly maxCrossover?: string;
  readonly minUnits?: string;
  readonly minDays?: string;
}

/** Checks the options against the file. */
export function questionOf(source: Source, options: ExperimentOptions): Question {
  const column = (name: string, option: string) => requireColumn(source, name, option);
  const optional = (name: string | undefined, option: string) =>
    name === undefined ? undefined : column(name, option);
  if (options.variant === undefined)
    throw problem('OPTION_INVALID', '--variant names the column that says which arm a unit was in');
  const [first, ...others] = (options.metric ?? []).map((text) => metricOf(source, text));
  if (first === undefined)
    throw problem('OPTION_INVALID', '--metric names the column to compare, such as --metric revenue');
  return {
    unit: optional(options.unit, '--unit'),
    variant: column(options.variant, '--variant'),
    control: options.control,
    metrics: [first, ...others],
    covariates: (options.covariate ?? []).map((name) => column(name, '--covariate')),
    segments: listOf(options.segments).map((name) => column(name, '--segments')),
    date: optional(options.date, '--date'),
    perUnit: choice(options.perUnit, ['sum', 'mean', 'max', 'first'] as const, '--per-unit'),
    missing: choice(options.missing, ['drop', 'zero', 'refuse'] as const, '--missing') ?? 'drop',
    winsorize: numeric(options.winsorize, '--winsorize', 0.5, 1),
    weights: options.weights === undefined ? undefined : weightsOf(options.weights),
    threshold: numeric(options.threshold, '--threshold', 0, Number.MAX_VALUE),
    lowerIsBetter: options.lowerIsBetter === true,
    guardrails: (options.guardrail ?? []).map((text) => guardrailOf(source, text)),
    plannedUnits: numeric(options.plannedUnits, '--planned-units', 2, 1e12) ?? 5000,
    maxCrossover: numeric(options.maxCrossover, '--max-crossover', 0, 1) ?? 0.01,
    minUnits: numeric(options.minUnits, '--min-units', 2, 1e12) ?? 100,
    minDays: numeric(options.minDays, '--min-days', 0, 10_000) ?? 7,
  };
}

function metricOf(source: Source, text: string): Metric {
  if (source.columns.includes(text)) return { name: text, numerator: text };
  const parts = text.split('/').map((part) => part.trim());
  const [numerator, denominator] = parts;
  if (parts.length === 2 && numerator && denominator) {
    return {
      name: text,
      numerator: requireColumn(source, numerator, '--metric'),
      denominator: requireColumn(source, denominator, '--metric'),
    };
  }
  return { name: text, numerator: requireColumn(source, text, '--metric') };
}

function guardrailOf(source: Source, text: string): Guardrail {
  const [, name, margin, lower] = /^(.+?):([^:]+?)(:lower)?$/.exec(text) ?? [];
  if (name === undefined || margin === undefined || !(Number(margin) >= 0)) {
    throw problem(
      'OPTION_INVALID',
      `--guardrail takes column:margin, or column:margin:lower where lower is better, such as latency:5:lower; not "${text}"`,
    );
  }
  return { ...metricOf(source, name), margin: Number(margin), lowerIsBetter: lower !== undefined };
}

/** Names apart by commas. */
export function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function weightsOf(text: string): Map<string, number> {
  return new Map(
    listOf(text).map((pair) => {
      const at = pair.lastIndexOf('=');
      const weight = Number(pair.slice(at + 1));
      if (at < 1 || !(weight >= 0))
        throw problem(
          'OPTION_INVALID',
          `--weights takes arm=weight pairs such as A=50,B=50; "${pair}" is none`,
        );
      return [pair.slice(0, at), weight];
    }),
  );
}

/** One of some words, or undefined where nothing was said. */
export function choice<Word extends string>(
  text: string | undefined,
  words: readonly Word[],
  option: string,
): Word | undefined {
  if (text === undefined) return undefined;
  const word = words.find((candidate) => candidate === text);
  if (word === undefined)
    throw problem('OPTION_INVALID', `${option} takes ${words.join(', ')}; not "${text}"`);
  return word;
}

/** A number within bounds, or undefined where nothing was said. */
export function numeric(
  text: string | undefined,
  option: string,
  low: number,
  high: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value >= low && value <= high)) {
    throw problem(
      'OPTION_INVALID',
      `${option} takes a number from ${low} to ${high === Number.MAX_VALUE ? 'any' : high}; not "${text}"`,
    );
  }
  return value;
}
