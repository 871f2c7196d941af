import {
  assignedPropensity,
  attByDimension,
  bestOf,
  type CausalRefusal,
  type CausalReport,
  type Cause,
  causalReport,
  type DimensionEffects,
  doublyRobustEffect,
  type Effect,
  linear,
  multiplicative,
  type PlaceboOutcome,
  type PlaceboTreatment,
  placeboOutcomes,
  placeboTreatment,
  type Study,
  tLearner,
} from '@ombre/judge';
import { type Database, named, openDatabase, quoted } from './database.ts';
import { grouped } from './numbers.ts';
import { problem } from './problems.ts';
import type { Progress } from './progress.ts';
import { listOf, numeric } from './question.ts';
import { openSource, readingFailed, requireColumn, type Source } from './source.ts';

/** Options of `--observational`, as commander gives them. */
export interface ObservationalOptions {
  readonly treatment?: string;
  readonly treated?: string;
  readonly outcome?: string;
  readonly causes?: string;
  readonly propensity?: string;
  readonly segments?: string;
  readonly placebo?: string;
  readonly seed?: string;
}

/** What observational data say; `--json` prints it without the unit-level arrays. */
export interface ObservationalResult {
  readonly file: string;
  readonly treatment: string;
  readonly outcome: string;
  readonly causes: readonly string[];
  readonly rows: number;
  /** Rows left out because something of theirs is missing, by column. */
  readonly leftOut: { readonly rows: number; readonly byColumn: Readonly<Record<string, number>> };
  readonly report: CausalReport | CausalRefusal;
  /** With outcomes learned separately by arm (T-learner) and individual effects corrected by doubly robust scores. */
  readonly learned: Effect | CausalRefusal | undefined;
  readonly byDimension: readonly {
    readonly dimension: string;
    readonly effects: DimensionEffects | CausalRefusal;
  }[];
  readonly placeboOutcomes: readonly PlaceboOutcome[];
  readonly placeboTreatment: PlaceboTreatment | CausalRefusal | undefined;
  readonly vetoed: boolean;
}

/** Analyses data nobody randomised. The needed columns are read as arrays of numbers, a chunk at a time. */
export async function runObservational(
  file: string,
  options: ObservationalOptions & { readonly memory?: string },
  progressFor: (database: Database) => Progress,
): Promise<ObservationalResult> {
  const database = await openDatabase(options.memory);
  const progress = progressFor(database);
  try {
    const source = await openSource(database, file);
    const asked = checkOptions(source, options);
    const table = await progress.during(`reading ${file}`, () => readStudy(database, source, asked));
    const { length } = table.study.treated;
    if (length > 20_000)
      progress.say(`comparing ${grouped(length)} rows by every method, and drawing placebo treatments …`);
    return answer(file, asked, table);
  } finally {
    progress.done();
    database.close();
  }
}

interface Asked {
  readonly treatment: string;
  readonly treated: string | undefined;
  readonly outcome: string;
  readonly causes: readonly string[];
  readonly propensity: string | undefined;
  readonly segments: readonly string[];
  readonly placebo: readonly string[];
  readonly seed: number;
}

interface Table {
  readonly study: Study;
  readonly propensity: Float64Array | undefined;
  readonly segments: readonly (readonly string[])[];
  readonly rows: number;
  readonly missing: Readonly<Record<string, number>>;
}

function checkOptions(source: Source, options: ObservationalOptions): Asked {
  const need = (name: string | undefined, option: string, what: string) => {
    if (name === undefined) throw problem('OPTION_INVALID', `--observational needs ${option}: ${what}`);
    return requireColumn(source, name, option);
  };
  const causes = listOf(options.causes).map((name) => requireColumn(source, name, '--causes'));
  if (causes.length === 0 && options.propensity === undefined) {
    throw problem(
      'OPTION_INVALID',
      '--observational needs --causes: what drove both treatment and outcome, apart by commas (or --propensity, where it was assigned)',
    );
  }
  const treatment = need(options.treatment, '--treatment', 'the column that says who was treated');
  const outcome = need(options.outcome, '--outcome', 'the column to compare');
  for (const cause of causes) {
    if (cause === treatment || cause === outcome)
      throw problem(
        'OPTION_INVALID',
        `--causes: ${cause} is the ${cause === treatment ? 'treatment' : 'outcome'} itself`,
      );
  }
  return {
    treatment,
    outcome,
    causes,
    treated: options.treated,
    propensity:
      options.propensity === undefined
        ? undefined
        : requireColumn(source, options.propensity, '--propensity'),
    segments: listOf(options.segments).map((name) => requireColumn(source, name, '--segments')),
    placebo: listOf(options.placebo),
    seed: numeric(options.seed, '--seed', 0, 2 ** 32) ?? 1,
  };
}

async function readStudy(database: Database, source: Source, asked: Asked): Promise<Table> {
  const columns = [
    asked.treatment,
    asked.outcome,
    ...asked.causes,
    ...asked.segments,
    ...(asked.propensity === undefined ? [] : [asked.propensity]),
  ];
  const distinct = [...new Set(columns)];
  await database.run('SET preserve_insertion_order = true');
  try {
    await database.run(
      `CREATE TABLE rows AS SELECT ${distinct.map((name) => named(name)).join(', ')} FROM ${source.from}`,
    );
  } catch (error) {
    throw readingFailed(source.path, error);
  }
  const [count] = await database.rows(
    `SELECT count(*) AS n, ${distinct.map((name, i) => `count(*) FILTER (${source.missing(name)}) AS m${i}`).join(', ')} FROM rows`,
  );
  const rows = Number(count?.n ?? 0);
  if (rows === 0) throw problem('FILE_EMPTY', `${source.path} has a header and no rows`);
  const missing = Object.fromEntries(
    distinct.map((name, i) => [name, Number(count?.[`m${i}`])] as const).filter(([, n]) => n > 0),
  );
  await database.run(`DELETE FROM rows WHERE ${distinct.map((name) => source.missing(name)).join(' OR ')}`);

  const treated = await treatedCondition(database, source, asked);
  const plan: { name: string; sql: string }[] = [
    { name: asked.treatment, sql: treated },
    { name: asked.outcome, sql: await numberOrRefuse(database, source, asked.outcome) },
  ];
  if (asked.propensity !== undefined)
    plan.push({ name: asked.propensity, sql: await numberOrRefuse(database, source, asked.propensity) });
  for (const cause of asked.causes) plan.push(...(await causeColumns(database, source, cause)));
  const arrays = await readNumbers(
    database,
    `SELECT ${plan.map(({ sql }) => sql).join(', ')} FROM rows`,
    plan.length,
  );
  const [treatment, outcome, ...rest] = arrays;
  const propensity = asked.propensity === undefined ? undefined : rest.shift();
  const causes = rest.flatMap((values, j): Cause[] => {
    const name = plan[plan.length - rest.length + j]?.name ?? '';
    return values.every((x) => x === values[0]) ? [] : [{ name, values }];
  });
  const segments: string[][] = [];
  for (const name of asked.segments)
    segments.push(await readTexts(database, `SELECT ${source.text(name)} FROM rows`));
  const study = { treated: Uint8Array.from(treatment ?? []), outcome: outcome ?? new Float64Array(), causes };
  return { study, propensity, segments, rows, missing };
}

/** 1 where treated. Yes-or-no columns speak for themselves; of two texts `--treated` names the one that means treated. */
async function treatedCondition(database: Database, source: Source, asked: Asked): Promise<string> {
  const found = await database.rows(
    `SELECT ${source.text(asked.treatment)} AS value, min(${source.number(asked.treatment)}) AS number, count(*) AS n FROM rows GROUP BY 1 ORDER BY 1 LIMIT 20`,
  );
  const values = found.map((row) => String(row.value));
  if (asked.treated !== undefined) {
    if (values.includes(asked.treated))
      return `CASE WHEN ${source.text(asked.treatment)} = ${quoted(asked.treated)} THEN 1::DOUBLE ELSE 0::DOUBLE END`;
    throw problem(
      'ARM_UNKNOWN',
      `--treated: ${asked.treatment} never is "${asked.treated}"; it is ${values.join(', ')}`,
      { values },
    );
  }
  const numbers = new Set(found.map((row) => row.number));
  if ([...numbers].every((value) => value === 0 || value === 1)) {
    if (numbers.size === 2) return source.number(asked.treatment);
    throw problem(
      'ONE_ARM',
      `${asked.treatment}: every unit is ${numbers.has(1) ? 'treated' : 'untreated'}; a comparison needs both`,
      { column: asked.treatment },
    );
  }
  const shown = values.slice(0, 5).join(', ');
  const more = values.length > 5 ? ', …' : '';
  throw problem(
    'TREATMENT_NOT_BINARY',
    `${asked.treatment} is ${shown}${more}: say which value means treated with --treated ${values[values.length - 1] ?? ''}`,
    { column: asked.treatment, values },
  );
}

async function numberOrRefuse(database: Database, source: Source, column: string): Promise<string> {
  const [found] = await database.rows(
    `SELECT count(*) FILTER (${source.number(column)} IS NULL) AS bad, count(*) AS n, min(CASE WHEN ${source.number(column)} IS NULL THEN ${source.text(column)} END) AS value FROM rows`,
  );
  const bad = Number(found?.bad);
  if (bad === 0) return source.number(column);
  throw problem(
    'METRIC_NOT_NUMERIC',
    `${column}: ${grouped(bad)} of ${grouped(Number(found?.n))} values are no numbers, such as "${found?.value}"`,
    { column, bad, value: found?.value },
  );
}

const MOST_LEVELS = 50;

/** A cause of numbers as it is; one of texts as a yes-or-no column for each but its commonest level. */
async function causeColumns(
  database: Database,
  source: Source,
  cause: string,
): Promise<{ name: string; sql: string }[]> {
  const [kind] = await database.rows(
    `SELECT count(*) FILTER (${source.number(cause)} IS NULL) AS texts FROM rows`,
  );
  if (Number(kind?.texts) === 0) return [{ name: cause, sql: source.number(cause) }];
  const levels = await database.rows(
    `SELECT ${source.text(cause)} AS level FROM rows GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ${MOST_LEVELS + 1}`,
  );
  if (levels.length > MOST_LEVELS) {
    throw problem(
      'OPTION_INVALID',
      `--causes: ${cause} has more than ${MOST_LEVELS} different texts; group them first, or leave it out`,
      { column: cause },
    );
  }
  return levels.slice(1).map(({ level }) => ({
    name: `${cause}=${level}`,
    sql: `CASE WHEN ${source.text(cause)} = ${quoted(String(level))} THEN 1::DOUBLE ELSE 0::DOUBLE END`,
  }));
}

/** Columns of doubles, chunk by chunk as DuckDB holds them. */
async function readNumbers(database: Database, sql: string, width: number): Promise<Float64Array[]> {
  const [counted] = await database.rows('SELECT count(*) AS n FROM rows');
  const columns = Array.from({ length: width }, () => new Float64Array(Number(counted?.n)));
  const result = await database.connection.stream(sql);
  let start = 0;
  for (
    let chunk = await result.fetchChunk();
    chunk && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    for (const [j, column] of columns.entries()) {
      const vector = chunk.getColumnVector(j);
      for (let i = 0; i < chunk.rowCount; i++) column[start + i] = Number(vector.getItem(i));
    }
    start += chunk.rowCount;
  }
  return columns;
}

async function readTexts(database: Database, sql: string): Promise<string[]> {
  const texts: string[] = [];
  const result = await database.connection.stream(sql);
  for (
    let chunk = await result.fetchChunk();
    chunk && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    for (const value of chunk.getColumnValues(0)) texts.push(String(value));
  }
  return texts;
}

function answer(file: string, asked: Asked, table: Table): ObservationalResult {
  const { study } = table;
  const leftOut = { rows: table.rows - study.treated.length, byColumn: table.missing };
  const base = {
    file,
    treatment: asked.treatment,
    outcome: asked.outcome,
    causes: asked.causes,
    rows: table.rows,
    leftOut,
  };
  const none = { learned: undefined, byDimension: [], placeboOutcomes: [], placeboTreatment: undefined };
  const assigned = table.propensity && assignedPropensity(table.propensity);
  if (assigned?.refused !== undefined) return { ...base, ...none, report: assigned, vetoed: true };
  const report = causalReport(study, assigned);
  if (report.refused !== undefined) return { ...base, ...none, report, vetoed: true };

  const learnedBy = study.causes.length === 0 ? undefined : tLearner(study, bestOf(linear, multiplicative));
  const learned =
    learnedBy === undefined || learnedBy.refused !== undefined
      ? learnedBy
      : doublyRobustEffect(study, report.propensity, 'ATT', learnedBy.predictions);
  const robust = learned === undefined || learned.refused !== undefined ? report.main : learned;
  return {
    ...base,
    report,
    learned,
    byDimension: asked.segments.map((dimension, i) => ({
      dimension,
      effects: attByDimension(study, robust, table.segments[i] ?? []),
    })),
    placeboOutcomes: placeboOutcomes(study, asked.placebo),
    placeboTreatment: assigned
      ? undefined
      : placeboTreatment(study, report.propensity, uniform(asked.seed), roundsFor(study)),
    vetoed: false,
  };
}

/** Placebo rounds that a few seconds allow: 100 for a thousand units, 10 for a hundred thousand. */
function roundsFor(study: Study): number {
  return Math.max(
    10,
    Math.min(100, Math.round(2e6 / (study.treated.length * Math.max(1, study.causes.length)))),
  );
}

/** Uniform numbers from a seed, so that the report repeats (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}
