import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { problem } from './problems.ts';

/** How a CSV file is written: found out from its first line, so that a broken later line cannot mislead. */
export interface CsvHeader {
  readonly delimiter: string;
  readonly columns: readonly string[];
  /** Whether the last byte is a line end; a file cut in the middle mostly lacks it. Unknown for compressed files. */
  readonly endsWithNewline: boolean | undefined;
}

const CHUNK = 1 << 16;

/** Reads the first line and the last byte. Refuses an empty file and one that is no text. */
export function readCsvHeader(path: string): CsvHeader {
  const file = openSync(path, 'r');
  try {
    const size = fstatSync(file).size;
    if (size === 0) throw problem('FILE_EMPTY', `${path} is empty`);
    const head = Buffer.alloc(Math.min(size, CHUNK));
    readSync(file, head, 0, head.length, 0);
    const tail = Buffer.alloc(1);
    readSync(file, tail, 0, 1, size - 1);
    const compressed = head[0] === 0x1f && head[1] === 0x8b;
    const bytes = compressed ? gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }) : head;
    if (bytes.includes(0))
      throw problem('FILE_BROKEN', `${path} is no text: a CSV file (or .parquet) is expected`);
    const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
    const line = firstRecord(text);
    const delimiter = delimiterOf(line);
    const columns = fieldsOf(line, delimiter);
    return {
      delimiter,
      columns,
      endsWithNewline: compressed ? undefined : tail[0] === 0x0a || tail[0] === 0x0d,
    };
  } finally {
    closeSync(file);
  }
}

/** The text up to the first line end outside quotes. */
function firstRecord(text: string): string {
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') quoted = !quoted;
    else if (!quoted && (c === '\n' || c === '\r')) return text.slice(0, i);
  }
  return text;
}

/** The candidate that occurs most outside quotes; a comma where none does. */
function delimiterOf(line: string): string {
  const bare = line.replace(/"[^"]*"/g, '');
  const [best] = [',', '\t', ';', '|']
    .map((delimiter) => ({ delimiter, count: bare.split(delimiter).length - 1 }))
    .sort((a, b) => b.count - a.count);
  return best && best.count > 0 ? best.delimiter : ',';
}

function fieldsOf(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i] ?? '';
    if (c === '"' && quoted && line[i + 1] === '"') field += line[++i] ?? '';
    else if (c === '"') quoted = !quoted;
    else if (c === delimiter && !quoted) {
      fields.push(field);
      field = '';
    } else field += c;
  }
  fields.push(field);
  return fields.map((name) => name.trim());
}
