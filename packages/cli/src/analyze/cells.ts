import type { CrossMoments } from '@ombre/judge';
import type { Database } from './database.ts';
import type { Loaded } from './load.ts';
import type { Metric, Question } from './question.ts';

/** One arm's units that share a level of each segment: their sums, over [outcome, covariates …] or with a denominator second. */
export interface ArmCell {
  readonly arm: string;
  readonly levels: readonly string[];
  readonly moments: CrossMoments;
}

/** What DuckDB added up for one metric. */
export interface MetricCells {
  readonly metric: Metric;
  /** Every value is 0 or 1. */
  readonly conversion: boolean;
  readonly cap: number | undefined;
  readonly cells: readonly ArmCell[];
}

const LEVELS = 20;

/** Keeps the 20 commonest levels of each segment; the others become `(other)`. Answers which segments were cut so. */
export async function foldSegments(database: Database, question: Question): Promise<string[]> {
  const cut: string[] = [];
  for (const [i, name] of question.segments.entries()) {
    const [row] = await database.rows(`SELECT count(DISTINCT s${i}) AS n FROM units`);
    if (Number(row?.n) <= LEVELS) continue;
    cut.push(name);
    await database.run(
      `UPDATE units SET s${i} = '(other)' WHERE s${i} NOT IN (SELECT s${i} FROM units GROUP BY s${i} ORDER BY count(*) DESC, s${i} LIMIT ${LEVELS})`,
    );
  }
  return cut;
}

/** Adds up one metric by arm and by every combination of segments that occurs. */
export async function addUp(
  database: Database,
  question: Question,
  loaded: Loaded,
  metric: Metric,
): Promise<MetricCells> {
  const at = (name: string) => `v${loaded.numbers.indexOf(name)}`;
  const filled = (sql: string) => (question.missing === 'zero' ? `coalesce(${sql}, 0)` : sql);
  const outcome = filled(at(metric.numerator));
  const [range] = await database.rows(
    `SELECT bool_and(${outcome} IN (0, 1)) AS binary ${question.winsorize === undefined ? '' : `, quantile_cont(${outcome}, ${question.winsorize}) AS cap`} FROM units WHERE ${outcome} IS NOT NULL`,
  );
  const conversion = range?.binary === true && metric.denominator === undefined;
  const cap = question.winsorize === undefined || conversion ? undefined : Number(range?.cap);
  const columns = [
    cap === undefined ? outcome : `least(${outcome}, ${cap})`,
    ...(metric.denominator === undefined ? [] : [filled(at(metric.denominator))]),
    ...(metric.denominator === undefined ? question.covariates : []).map(
      (name) => `coalesce(${at(name)}, (SELECT avg(${at(name)}) FROM units))`,
    ),
  ];
  const names = columns.map((_, j) => `c${j}`);
  const segments = question.segments.map((_, i) => `s${i}`);
  const pairs = names.flatMap((a, i) =>
    names.slice(0, i + 1).map((b, j) => `covar_pop(${a}, ${b}) AS p${i}_${j}`),
  );
  const present = metric.denominator === undefined ? 'c0 IS NOT NULL' : 'c0 IS NOT NULL AND c1 IS NOT NULL';
  const rows = await database.rows(
    `SELECT arm ${segments.map((s) => `, ${s}`).join('')}, count(*) AS n, ${names.map((c) => `avg(${c}) AS m_${c}`).join(', ')}, ${pairs.join(', ')}
     FROM (SELECT arm ${segments.map((s) => `, ${s}`).join('')}, ${columns.map((sql, j) => `${sql} AS c${j}`).join(', ')} FROM units)
     WHERE ${present} GROUP BY ALL ORDER BY ALL`,
  );
  const cells = rows.map((row) => {
    const n = Number(row.n);
    return {
      arm: String(row.arm),
      levels: segments.map((s) => String(row[s])),
      moments: {
        n,
        means: names.map((c) => Number(row[`m_${c}`])),
        products: names.map((_, i) =>
          names.map((_, j) => n * Number(row[`p${Math.max(i, j)}_${Math.min(i, j)}`] ?? 0)),
        ),
      },
    };
  });
  return { metric, conversion, cap, cells };
}
