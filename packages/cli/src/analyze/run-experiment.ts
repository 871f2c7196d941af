import {
  compositionByDimension,
  heterogeneityByDimension,
  type LiftCell,
  type Moments,
  noMoments,
  type Slice,
  scanSlices,
} from '@ombre/judge';
import { addUp, foldSegments, type MetricCells } from './cells.ts';
import { type Database, openDatabase } from './database.ts';
import {
  type Contrast,
  compareMetric,
  compareSegments,
  type MetricResult,
  type SegmentResult,
} from './experiment.ts';
import { fileDigest } from './file-digest.ts';
import { type Loaded, loadExperiment } from './load.ts';
import { problem } from './problems.ts';
import type { Progress } from './progress.ts';
import { type Quality, qualityOf } from './quality.ts';
import { type ExperimentOptions, type Question, questionOf } from './question.ts';
import { openSource } from './source.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** How segments explain one arm's difference. */
export interface Attribution {
  readonly treatment: string;
  readonly lift: number;
  /** Shapley shares of the variance of the difference between segments; empty where there is none to divide. */
  readonly heterogeneity: readonly { readonly name: string; readonly share: number }[];
  /** Shapley values of the part of the difference that is a different mix of segments in the arms. */
  readonly composition: readonly { readonly name: string; readonly value: number }[];
  /** Combinations of segments found by a scan, strongest first. */
  readonly slices: readonly Slice[];
}

/** Everything an analysis says; `--json` prints it as it is. */
export interface ExperimentResult {
  readonly question: { readonly file: string } & Omit<Question, 'weights'>;
  readonly data: Loaded;
  readonly quality: Quality;
  readonly verdicts: readonly Verdict[];
  readonly metrics: readonly MetricResult[];
  readonly segments: readonly SegmentResult[];
  readonly attribution: readonly Attribution[];
  readonly cutSegments: readonly string[];
  readonly vetoed: boolean;
}

const MOST_CELLS = 20_000;

/** Analyses a randomised experiment from a file. Throws a CommandEnd for what the data or the options do not allow. */
export async function runExperiment(
  file: string,
  options: ExperimentOptions & { readonly memory?: string },
  progressFor: (database: Database) => Progress,
): Promise<ExperimentResult> {
  const database = await openDatabase(options.memory);
  const progress = progressFor(database);
  try {
    const source = await openSource(database, file);
    const question = questionOf(source, options);
    const reading = () => Promise.all([loadExperiment(database, source, question), fileDigest(file)]);
    const [loaded, digest] = await progress.during(`reading ${file}`, reading);
    return await progress.during('comparing', () =>
      compareAll(database, { file, digest, question, loaded, fileWarnings: source.warnings }),
    );
  } finally {
    progress.done();
    database.close();
  }
}

interface Read {
  readonly file: string;
  readonly digest: string;
  readonly question: Question;
  readonly loaded: Loaded;
  readonly fileWarnings: readonly string[];
}

async function compareAll(
  database: Database,
  { file, digest, question, loaded, fileWarnings }: Read,
): Promise<ExperimentResult> {
  const cutSegments = await foldSegments(database, question);
  const cells: MetricCells[] = [];
  for (const metric of [...question.metrics, ...question.guardrails])
    cells.push(await addUp(database, question, loaded, metric));
  const metrics = cells.map((one, i) => compareMetric(one, loaded, question, i === 0));
  const [primary] = metrics;
  const [primaryCells] = cells;
  if (!primary || !primaryCells) throw new Error('a question has at least one metric');

  const quality = qualityOf(loaded, question, primaryCells, fileWarnings);
  const segments = compareSegments(primaryCells, primary, loaded, question);
  const judged = primary.contrasts.filter((found): found is Contrast => !('refused' in found));
  const [refused] = primary.contrasts.filter((found) => 'refused' in found);
  if (judged.length === 0 && refused)
    throw problem('NOT_ANSWERED', `${primary.name}: ${refused.missing}`, { code: refused.refused });
  const verdicts = judged.map((found) =>
    verdictOf(found, { metrics, segments, quality, loaded, question, digest }),
  );
  const attribution =
    question.segments.length === 0 || primary.kind === 'ratio'
      ? []
      : judged.map((found) => attribute(primaryCells, found, loaded, question));
  const { weights: _, ...asked } = question;
  return {
    question: { file, ...asked },
    data: loaded,
    quality,
    verdicts,
    metrics,
    segments,
    attribution,
    cutSegments,
    vetoed: quality.vetoes.length > 0,
  };
}

function attribute(cells: MetricCells, found: Contrast, loaded: Loaded, question: Question): Attribution {
  const byLevels = new Map<string, { levels: readonly string[]; control: Moments; treatment: Moments }>();
  for (const cell of cells.cells) {
    const side =
      cell.arm === loaded.control ? 'control' : cell.arm === found.treatment ? 'treatment' : undefined;
    if (side === undefined) continue;
    const key = cell.levels.join('\u0000');
    const there = byLevels.get(key) ?? { levels: cell.levels, control: noMoments, treatment: noMoments };
    const { n, means, products } = cell.moments;
    byLevels.set(key, {
      ...there,
      [side]: { n, mean: means[0] ?? 0, m2: Math.max(0, products[0]?.[0] ?? 0) },
    });
  }
  const lifts: LiftCell[] = [...byLevels.values()];
  const lift = found.raw.estimate;
  if (lifts.length > MOST_CELLS || question.segments.length > 20)
    return { treatment: found.treatment, lift, heterogeneity: [], composition: [], slices: [] };
  const spread = heterogeneityByDimension(question.segments, lifts);
  const mix = compositionByDimension(question.segments, lifts);
  const explained = spread.refused === undefined ? spread.explained : 0;
  const differ = spread.refused === undefined && explained > 0 && question.segments.length > 1;
  return {
    treatment: found.treatment,
    lift,
    heterogeneity: differ
      ? spread.dimensions.map(({ name, value }) => ({ name, share: value / explained }))
      : [],
    composition: mix.refused === undefined ? mix.dimensions : [],
    slices: scanSlices(question.segments, lifts, { targetUnits: question.plannedUnits })
      .filter((slice) => slice.found && slice.where.length > 1)
      .slice(0, 10),
  };
}
