import { type Cell, type Database, named, quoted } from './database.ts';
import { grouped } from './numbers.ts';
import { problem } from './problems.ts';
import type { Question } from './question.ts';
import { suggestion } from './similar-name.ts';
import { readingFailed, type Source } from './source.ts';

/** What the rows of the file are like, before anything is compared. */
export interface Loaded {
  readonly rows: number;
  readonly withoutUnit: number;
  readonly withoutArm: number;
  /** Units after rows were gathered, by arm, largest first. */
  readonly arms: readonly { readonly name: string; readonly units: number }[];
  readonly control: string;
  readonly repeated: { readonly units: number; readonly rows: number };
  readonly crossover: {
    readonly units: number;
    readonly share: number;
    readonly example: string | undefined;
  };
  /** Units without a value, by metric and arm. */
  readonly missing: readonly { readonly metric: string; readonly byArm: Readonly<Record<string, number>> }[];
  readonly dates:
    | { readonly first: string; readonly last: string; readonly days: number; readonly outOfOrder: number }
    | undefined;
  /** The numeric columns, in the order of the tables' v0, v1, … */
  readonly numbers: readonly string[];
}

const CONTROL_NAMES = ['control', 'a', 'baseline', 'off', 'holdout', 'none'];

/**
 * Reads the needed columns once into the table `units` (arm, v0 … numbers, s0 … segments), one row a unit. Rows never
 * leave DuckDB: units are told apart by a 64-bit hash, so long ids take no memory.
 */
export async function loadExperiment(
  database: Database,
  source: Source,
  question: Question,
): Promise<Loaded> {
  const numbers = numericColumns(question);
  await readRows(database, source, question, numbers);
  const total = await one(
    database,
    `SELECT count(*) AS n, count(*) FILTER (h IS NULL) AS no_unit, count(*) FILTER (arm IS NULL) AS no_arm FROM rows`,
  );
  if (Number(total.n) === 0) throw problem('FILE_EMPTY', `${source.path} has a header and no rows`);
  await checkNumbers(database, source, question, numbers);
  const dates = question.date === undefined ? undefined : await checkDates(database, source, question.date);

  await database.run('DELETE FROM rows WHERE h IS NULL OR arm IS NULL');
  const { repeated, crossover } = await gatherUnits(database, source, question, numbers);
  const counted = await database.rows(
    'SELECT arm, count(*) AS units FROM units GROUP BY arm ORDER BY units DESC, arm',
  );
  const arms = counted.map((row) => ({ name: String(row.arm), units: Number(row.units) }));
  const control = controlOf(source, question, arms);
  return {
    rows: Number(total.n),
    withoutUnit: Number(total.no_unit),
    withoutArm: Number(total.no_arm),
    arms,
    control,
    repeated,
    crossover,
    missing: await countMissing(database, question, numbers),
    dates,
    numbers,
  };
}

function numericColumns(question: Question): string[] {
  const names = [...question.metrics, ...question.guardrails].flatMap(({ numerator, denominator }) =>
    denominator === undefined ? [numerator] : [numerator, denominator],
  );
  return [...new Set([...names, ...question.covariates])];
}

async function readRows(
  database: Database,
  source: Source,
  question: Question,
  numbers: readonly string[],
): Promise<void> {
  const columns = [
    question.unit === undefined
      ? 'CAST(0 AS UBIGINT) AS h'
      : `CASE WHEN ${source.text(question.unit)} IS NOT NULL THEN hash(${source.text(question.unit)}) END AS h`,
    `${source.text(question.variant)} AS arm`,
    ...numbers.map((name, i) => `${source.number(name)} AS v${i}`),
    ...question.segments.map((name, i) => `coalesce(${source.text(name)}, '(none)') AS s${i}`),
    ...(question.date === undefined
      ? []
      : [
          `TRY_CAST(${source.text(question.date)} AS TIMESTAMP) AS d`,
          `${source.text(question.date)} IS NOT NULL AS d_written`,
        ]),
  ];
  // Only the order of dates needs the order of the file.
  await database.run(`SET preserve_insertion_order = ${question.date !== undefined}`);
  try {
    await database.run(`CREATE TABLE rows AS SELECT ${columns.join(', ')} FROM ${source.from}`);
  } catch (error) {
    throw readingFailed(source.path, error);
  }
}

/** Refuses metrics that are not numbers, with the first such value and its line. The file is read again only where numbers lack. */
async function checkNumbers(
  database: Database,
  source: Source,
  question: Question,
  numbers: readonly string[],
): Promise<void> {
  const counts = await one(
    database,
    `SELECT count(*) AS n, ${numbers.map((_, i) => `count(v${i}) AS v${i}`).join(', ')} FROM rows`,
  );
  const lacking = numbers.filter((_, i) => Number(counts[`v${i}`]) < Number(counts.n));
  if (lacking.length === 0) return;
  const unreadable = (name: string) => `${source.number(name)} IS NULL AND NOT ${source.missing(name)}`;
  const found = await one(
    database,
    `SELECT ${lacking.map((name, i) => `count(*) FILTER (${unreadable(name)}) AS bad${i}`).join(', ')} FROM ${source.from}`,
  );
  for (const [i, name] of lacking.entries()) {
    const bad = Number(found[`bad${i}`]);
    const good = Number(counts[`v${numbers.indexOf(name)}`]);
    if (bad > 0) {
      const { line, value } = await firstBad(database, source, name);
      const share =
        good === 0
          ? 'no value is a number'
          : `${grouped(bad)} of ${grouped(bad + good)} values are no numbers`;
      const message = `${name}: ${share}, the first is "${value}" in line ${line}`;
      throw problem('METRIC_NOT_NUMERIC', message, { column: name, bad, line, value });
    }
    if (good === 0) throw problem('METRIC_EMPTY', `${name}: every value is missing`, { column: name });
  }
  if (question.missing !== 'refuse') return;
  const missing = await one(
    database,
    `SELECT ${numbers.map((_, i) => `count(*) - count(v${i}) AS m${i}`).join(', ')} FROM rows`,
  );
  for (const [i, name] of numbers.entries()) {
    const count = Number(missing[`m${i}`]);
    if (count > 0)
      throw problem(
        'MISSING_REFUSED',
        `${name}: ${grouped(count)} values are missing; --missing drop leaves those units out, --missing zero counts them as 0`,
        { column: name, missing: count },
      );
  }
}

async function firstBad(
  database: Database,
  source: Source,
  name: string,
): Promise<{ line: number; value: string }> {
  await database.run('SET preserve_insertion_order = true');
  const rows = `SELECT row_number() OVER () + 1 AS line, CAST(${named(name)} AS VARCHAR) AS value, ${source.number(name)} IS NULL AND NOT ${source.missing(name)} AS bad FROM ${source.from}`;
  const found = await one(database, `SELECT line, value FROM (${rows}) WHERE bad ORDER BY line LIMIT 1`);
  return { line: Number(found.line), value: String(found.value) };
}

async function checkDates(database: Database, source: Source, column: string): Promise<Loaded['dates']> {
  const found = await one(
    database,
    `SELECT count(*) FILTER (d IS NULL AND d_written) AS bad, min(d)::VARCHAR AS first, max(d)::VARCHAR AS last,
      count(DISTINCT d::DATE) AS days FROM rows`,
  );
  if (Number(found.bad) > 0) {
    await database.run('SET preserve_insertion_order = true');
    const rows = `SELECT row_number() OVER () + 1 AS line, ${source.text(column)} AS value FROM ${source.from}`;
    const first = await one(
      database,
      `SELECT line, value FROM (${rows}) WHERE value IS NOT NULL AND TRY_CAST(value AS TIMESTAMP) IS NULL ORDER BY line LIMIT 1`,
    );
    const message = `${column}: ${grouped(Number(found.bad))} values are no dates, the first is "${first.value}" in line ${first.line}; write 2026-11-21 or 2026-11-21 09:30:00`;
    throw problem('DATE_INVALID', message, { column, line: Number(first.line) });
  }
  if (found.first === null) throw problem('DATE_INVALID', `${column}: every date is missing`, { column });
  const { n } = await one(
    database,
    'SELECT count(*) AS n FROM (SELECT d, lag(d) OVER (ORDER BY rowid) AS before FROM rows) WHERE d < before',
  );
  return {
    first: String(found.first),
    last: String(found.last),
    days: Number(found.days),
    outOfOrder: Number(n),
  };
}

/** Makes `units` of `rows`: as they are where every unit has one row, else gathered as --per-unit says. */
async function gatherUnits(
  database: Database,
  source: Source,
  question: Question,
  numbers: readonly string[],
): Promise<Pick<Loaded, 'repeated' | 'crossover'>> {
  const none = { repeated: { units: 0, rows: 0 }, crossover: { units: 0, share: 0, example: undefined } };
  if (question.unit === undefined) {
    await database.run('ALTER TABLE rows RENAME TO units');
    return none;
  }
  const counts = await one(database, 'SELECT count(*) AS n, count(DISTINCT h) AS units FROM rows');
  const units = Number(counts.units);
  if (Number(counts.n) === units) {
    await database.run('ALTER TABLE rows RENAME TO units');
    return none;
  }
  const gather = { sum: 'sum', mean: 'avg', max: 'max', first: 'any_value' }[question.perUnit ?? 'first'];
  const columns = [
    'CASE WHEN min(arm) = max(arm) THEN min(arm) END AS arm',
    ...numbers.map((_, i) => `${gather}(v${i}) AS v${i}`),
    ...question.segments.map((_, i) => `min(s${i}) AS s${i}`),
  ];
  await database.run(
    `CREATE TABLE units AS SELECT h, count(*) AS n, ${columns.join(', ')} FROM rows GROUP BY h`,
  );
  const found = await one(
    database,
    `SELECT count(*) FILTER (n > 1 AND arm IS NOT NULL) AS repeated, sum(n) FILTER (n > 1 AND arm IS NOT NULL) AS rows,
      count(*) FILTER (arm IS NULL) AS crossing, min(h) FILTER (n > 1 AND arm IS NOT NULL) AS a, min(h) FILTER (arm IS NULL) AS b FROM units`,
  );
  const exampleOf = async (condition: string) => {
    const h = await one(database, `SELECT min(h)::VARCHAR AS h FROM units WHERE ${condition}`);
    const text = source.text(question.unit ?? '');
    const unit = await one(
      database,
      `SELECT ${text} AS unit FROM ${source.from} WHERE hash(${text}) = ${String(h.h)} LIMIT 1`,
    );
    return String(unit.unit);
  };
  const repeated = { units: Number(found.repeated), rows: Number(found.rows ?? 0) };
  if (repeated.units > 0 && question.perUnit === undefined) {
    const example = await exampleOf('n > 1 AND arm IS NOT NULL');
    const message =
      `${question.unit}: ${grouped(repeated.units)} units have several rows (${grouped(repeated.rows)} in all), such as "${example}"; ` +
      'say how to make one of them: --per-unit sum (orders, revenue), mean, max, or first (exact repeats)';
    throw problem('UNITS_REPEATED', message, { column: question.unit, units: repeated.units, example });
  }
  const crossing = Number(found.crossing);
  const example = crossing > 0 ? await exampleOf('arm IS NULL') : undefined;
  await database.run('DELETE FROM units WHERE arm IS NULL');
  return { repeated, crossover: { units: crossing, share: crossing / units, example } };
}

function controlOf(source: Source, question: Question, arms: Loaded['arms']): string {
  const names = arms.map((arm) => arm.name);
  if (arms.length < 2) {
    const what = arms.length === 0 ? 'no unit has an arm' : `every unit is in "${names[0]}"`;
    throw problem('ONE_ARM', `${question.variant}: ${what}; a comparison needs two arms`, {
      column: question.variant,
      arms: names,
    });
  }
  if (arms.length > 50) {
    throw problem(
      'TOO_MANY_ARMS',
      `${question.variant}: ${grouped(arms.length)} different values in ${source.path}; is it the column of the arm?`,
      { column: question.variant },
    );
  }
  if (question.control !== undefined) {
    if (names.includes(question.control)) return question.control;
    throw problem(
      'CONTROL_UNKNOWN',
      `--control: no unit is in "${question.control}"${suggestion(question.control, names, 'arms are')}`,
      { arms: names },
    );
  }
  const obvious = names.filter((name) => CONTROL_NAMES.includes(name.toLowerCase()));
  if (obvious.length === 1 && obvious[0] !== undefined) return obvious[0];
  throw problem(
    'CONTROL_UNKNOWN',
    `say which arm is the control: --control ${quoted(names[0] ?? '')}; the arms are ${names.map((name) => `"${name}"`).join(', ')}`,
    { arms: names },
  );
}

async function countMissing(
  database: Database,
  question: Question,
  numbers: readonly string[],
): Promise<Loaded['missing']> {
  const needed = (metric: Question['metrics'][number]) =>
    [metric.numerator, metric.denominator]
      .flatMap((name) => (name === undefined ? [] : [`v${numbers.indexOf(name)} IS NULL`]))
      .join(' OR ');
  const rows = await database.rows(
    `SELECT arm, ${question.metrics.map((metric, i) => `count(*) FILTER (${needed(metric)}) AS m${i}`).join(', ')} FROM units GROUP BY arm ORDER BY arm`,
  );
  return question.metrics.map((metric, i) => ({
    metric: metric.name,
    byArm: Object.fromEntries(rows.map((row) => [String(row.arm), Number(row[`m${i}`])])),
  }));
}

async function one(database: Database, sql: string): Promise<Record<string, Cell>> {
  const [row] = await database.rows(sql);
  return row ?? {};
}
