import { type Judged, type SampleRatio, sampleRatio } from '@ombre/judge';
import type { MetricCells } from './cells.ts';
import { splitOf } from './experiment.ts';
import type { Loaded } from './load.ts';
import { grouped, percent, pValue } from './numbers.ts';
import type { Question } from './question.ts';

/** How far the data can be trusted. A veto means that no estimate from them answers the question. */
export interface Quality {
  readonly split: Judged<SampleRatio>;
  /** The least p-value of the split: of all units, and of those with a value. 1 where it could not be tested. */
  readonly sampleRatioP: number;
  readonly vetoes: readonly {
    readonly code: 'SAMPLE_RATIO' | 'CROSSOVER' | 'MISSING_BY_ARM';
    readonly text: string;
  }[];
  readonly warnings: readonly string[];
}

const SRM_LIMIT = 0.001;

/** Checks the split of units, units in two arms, values missing more in one arm, and the days covered. */
export function qualityOf(
  loaded: Loaded,
  question: Question,
  primary: MetricCells,
  fileWarnings: readonly string[],
): Quality {
  const split = splitOf(loaded, question);
  const vetoes: Quality['vetoes'][number][] = [];
  const warnings = [...fileWarnings];
  if (split.refused !== undefined) {
    if (split.refused === 'ZERO_WEIGHT_ARM_USED')
      vetoes.push({ code: 'SAMPLE_RATIO', text: `units are in an arm of weight 0 (${split.missing})` });
    else warnings.push(`the split of units could not be tested: ${split.missing}`);
  } else if (split.mismatch) {
    vetoes.push({
      code: 'SAMPLE_RATIO',
      text: `the arms hold ${armCounts(loaded)} units, which a sound randomiser gives once in ${once(split.p)} (p = ${pValue(split.p)})`,
    });
  } else if (split.p < 0.01) {
    warnings.push(
      `the split of units is unusual (p = ${pValue(split.p)}), though not yet a mismatch (p < ${SRM_LIMIT})`,
    );
  }

  let sampleRatioP = split.refused === undefined ? split.p : vetoes.length > 0 ? 0 : 1;
  const { crossover } = loaded;
  if (crossover.units > 0) {
    const text = `${grouped(crossover.units)} units (${percent(crossover.share)}) were in two arms, such as "${crossover.example}"`;
    if (crossover.share > question.maxCrossover)
      vetoes.push({
        code: 'CROSSOVER',
        text: `${text}; more than ${percent(question.maxCrossover)} is not contamination but a broken assignment`,
      });
    else warnings.push(`${text}; they are left out`);
  }

  const missing = loaded.missing[0];
  const lost = Object.values(missing?.byArm ?? {}).reduce((a, b) => a + b, 0);
  if (missing && lost > 0 && question.missing === 'drop') {
    const byArm = Object.entries(missing.byArm)
      .map(([arm, n]) => `${arm} ${grouped(n)}`)
      .join(', ');
    const kept = analysedSplit(loaded, question, primary);
    if (split.refused === undefined && !split.mismatch && kept.refused === undefined && kept.p < SRM_LIMIT) {
      sampleRatioP = kept.p;
      vetoes.push({
        code: 'MISSING_BY_ARM',
        text: `${missing.metric} is missing for more units of one arm than of another (${byArm}): what is left is no longer randomised`,
      });
    } else
      warnings.push(
        `${missing.metric} is missing for ${grouped(lost)} units (${byArm}); they are left out (--missing)`,
      );
  }
  for (const other of loaded.missing.slice(1)) {
    const count = Object.values(other.byArm).reduce((a, b) => a + b, 0);
    if (count > 0)
      warnings.push(
        `${other.metric} is missing for ${grouped(count)} units; ${question.missing === 'zero' ? 'they count as 0' : 'they are left out of it'}`,
      );
  }
  if (lost > 0 && question.missing === 'zero')
    warnings.push(`${missing?.metric} is missing for ${grouped(lost)} units; they count as 0`);
  if (loaded.withoutUnit > 0)
    warnings.push(`${grouped(loaded.withoutUnit)} rows name no unit and are left out`);
  if (loaded.withoutArm > 0) warnings.push(`${grouped(loaded.withoutArm)} rows name no arm and are left out`);
  if (loaded.repeated.units > 0) {
    warnings.push(
      `${grouped(loaded.repeated.units)} units have several rows (${grouped(loaded.repeated.rows)}); made one by --per-unit ${question.perUnit}`,
    );
  }
  const { dates } = loaded;
  if (dates && dates.outOfOrder > 0) {
    warnings.push(
      `${grouped(dates.outOfOrder)} rows are dated before the row above them: the file is not in order of ${question.date}; totals do not depend on it`,
    );
  }
  return { split, sampleRatioP, vetoes, warnings };
}

function analysedSplit(loaded: Loaded, question: Question, primary: MetricCells): Judged<SampleRatio> {
  const names = loaded.arms.map((arm) => arm.name);
  const units = names.map((name) =>
    primary.cells.reduce((sum, cell) => sum + (cell.arm === name ? cell.moments.n : 0), 0),
  );
  return sampleRatio(
    units,
    names.map((name) => (question.weights === undefined ? 1 : (question.weights.get(name) ?? 0))),
  );
}

function armCounts(loaded: Loaded): string {
  return loaded.arms.map((arm) => grouped(arm.units)).join(' : ');
}

function once(p: number): string {
  return p > 1e-12 ? grouped(1 / p) : 'more than a million million tries';
}
