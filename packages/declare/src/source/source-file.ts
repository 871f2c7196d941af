import { LineCounter } from 'yaml';

/** A file of a set, as its shell read it. `path` is relative to the set, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A stretch of one line. Lines and columns count from 1. */
export interface Spot {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** A file with its lines found; offsets are into `text`, which has no byte order mark. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
  readonly lines: LineCounter;
}

export function sourceText(file: SourceFile): SourceText {
  const text = withoutMark(file.text);
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return { path: file.path, text, lines };
}

/** The line and column of an offset; the stretch ends with the line at the latest. */
export function spotAt(source: SourceText, start: number, end: number = start + 1): Spot {
  const from = Math.min(start, source.text.length);
  const { line, col } = source.lines.linePos(from);
  let to = from;
  while (to < end && to < source.text.length && !/[\r\n]/.test(source.text.charAt(to))) to++;
  return {
    file: source.path,
    line: Math.max(line, 1),
    column: Math.max(col, 1),
    length: Math.max(1, to - from),
  };
}

/** Text without the byte order mark some editors write. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Size in bytes of UTF-8, near enough: what a limit needs, without encoding the text. */
export function sizeOf(text: string): number {
  let size = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) size += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return size;
}
