import { existsSync, statSync } from 'node:fs';
import { readCsvHeader } from './csv-header.ts';
import { type Database, named, quoted } from './database.ts';
import { problem } from './problems.ts';
import { suggestion } from './similar-name.ts';

/** A table on disk, ready to be read by SQL. */
export interface Source {
  readonly path: string;
  readonly format: 'csv' | 'parquet';
  readonly bytes: number;
  readonly columns: readonly string[];
  /** What stands after FROM. */
  readonly from: string;
  /** The column as text; NULL where it is empty. */
  text(column: string): string;
  /** The column as a number, yes and no as 1 and 0; NULL where it is neither. */
  number(column: string): string;
  /** Whether the column is written but stands for "no value". */
  missing(column: string): string;
  /** What to mind about the file itself. */
  readonly warnings: readonly string[];
}

const MISSING = "('', 'na', 'n/a', 'nan', 'null', 'none', 'nil', '-', '.', '\\n', '#n/a')";

/** Opens a CSV (plain or .gz; any of , ; tab |) or Parquet file. */
export async function openSource(database: Database, path: string): Promise<Source> {
  if (!existsSync(path) || !statSync(path).isFile())
    throw problem('FILE_NOT_FOUND', `there is no file ${path}`);
  const bytes = statSync(path).size;
  return /\.(parquet|pq)$/i.test(path) ? openParquet(database, path, bytes) : openCsv(path, bytes);
}

function openCsv(path: string, bytes: number): Source {
  const { delimiter, columns, endsWithNewline } = readCsvHeader(path);
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined)
    throw problem('COLUMN_TWICE', `${path} has two columns named "${twice}"`, { column: twice });
  const types = columns.map((name) => `${quoted(name)}: 'VARCHAR'`).join(', ');
  const from = `read_csv(${quoted(path)}, header = true, auto_detect = false, delim = ${quoted(delimiter)}, quote = '"', escape = '"', columns = {${types}})`;
  const warnings =
    endsWithNewline === false ? ['the file does not end with a line end: its last line may be cut'] : [];
  return {
    path,
    format: 'csv',
    bytes,
    columns,
    from,
    text: textOf,
    number: numberFromText,
    missing: (column) => `(${named(column)} IS NULL OR lower(trim(${named(column)})) IN ${MISSING})`,
    warnings,
  };
}

async function openParquet(database: Database, path: string, bytes: number): Promise<Source> {
  const from = `read_parquet(${quoted(path)})`;
  let described: Awaited<ReturnType<Database['rows']>>;
  try {
    described = await database.rows(`DESCRIBE SELECT * FROM ${from}`);
  } catch (error) {
    throw readingFailed(path, error);
  }
  const types = new Map(described.map((row) => [String(row.column_name), String(row.column_type)]));
  const isText = (column: string) => types.get(column) === 'VARCHAR';
  const isNumber = (column: string) => /INT|FLOAT|DOUBLE|DECIMAL|BOOLEAN/.test(types.get(column) ?? '');
  return {
    path,
    format: 'parquet',
    bytes,
    columns: [...types.keys()],
    from,
    text: textOf,
    number: (column) =>
      isText(column)
        ? numberFromText(column)
        : isNumber(column)
          ? `CASE WHEN isfinite(CAST(${named(column)} AS DOUBLE)) THEN CAST(${named(column)} AS DOUBLE) END`
          : 'CAST(NULL AS DOUBLE)',
    missing: (column) =>
      isText(column)
        ? `(${named(column)} IS NULL OR lower(trim(${named(column)})) IN ${MISSING})`
        : `(${named(column)} IS NULL OR CAST(${named(column)} AS VARCHAR) = 'nan')`,
    warnings: [],
  };
}

// Written for speed over ten million rows: trimming and words are looked at only where they can matter, and TRY_CAST,
// named several times, is computed once.
function textOf(column: string): string {
  const text = `CAST(${named(column)} AS VARCHAR)`;
  return `CASE WHEN ${text} LIKE ' %' OR ${text} LIKE '% ' THEN nullif(trim(${text}), '') ELSE nullif(${text}, '') END`;
}

function numberFromText(column: string): string {
  const name = named(column);
  const number = `TRY_CAST(${name} AS DOUBLE)`;
  const words = `CASE lower(trim(${name})) WHEN 'true' THEN 1 WHEN 'false' THEN 0 WHEN 'yes' THEN 1 WHEN 'no' THEN 0 WHEN 't' THEN 1 WHEN 'f' THEN 0 END`;
  return `CASE WHEN ${number} IS NULL THEN ${words} WHEN isfinite(${number}) THEN ${number} END`;
}

/** Refuses a column the file does not have, with the closest name. */
export function requireColumn(source: Source, column: string, option: string): string {
  if (source.columns.includes(column)) return column;
  const names = source.columns;
  throw problem(
    'COLUMN_UNKNOWN',
    `${option}: ${source.path} has no column "${column}"${suggestion(column, names, 'columns are')}`,
    { column, option, columns: names },
  );
}

/** What DuckDB said of a file it could not read, in one sentence of ours. */
export function readingFailed(path: string, error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text);
  if (line && counts && Number(counts[2]) < Number(counts[1])) {
    const message = `${path} seems cut: line ${line} has ${counts[2]} of ${counts[1]} columns; fetch the whole file, or delete that line if it is the last`;
    return problem('FILE_CUT', message, { line: Number(line) });
  }
  if (line && counts) {
    const message = `${path}: line ${line} has ${counts[2]} columns where the header names ${counts[1]}; a value that holds the delimiter needs quotes`;
    return problem('FILE_BROKEN', message, { line: Number(line) });
  }
  if (line && /unterminated quote/i.test(text)) {
    return problem('FILE_CUT', `${path} seems cut: the quote opened in line ${line} is never closed`, {
      line: Number(line),
    });
  }
  if (/magic bytes|too small to be a Parquet|footer|thrift|Snappy|ZSTD/i.test(text)) {
    return problem('FILE_CUT', `${path} seems cut: it has no Parquet footer; fetch the whole file`);
  }
  if (/gzip|GZIP|miniz|inflate/.test(text))
    return problem('FILE_CUT', `${path} seems cut: its compressed data end too early`);
  if (/unicode|utf-?8/i.test(text) && line) {
    return problem('FILE_BROKEN', `${path}: line ${line} is not valid UTF-8`, { line: Number(line) });
  }
  if (line)
    return problem('FILE_BROKEN', `${path}: line ${line} cannot be read: ${text.split('\n')[0]}`, {
      line: Number(line),
    });
  return error instanceof Error ? error : new Error(text);
}
