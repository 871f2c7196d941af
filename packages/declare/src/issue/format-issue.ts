import { type SourceFile, withoutMark } from '../source/source-file.ts';
import type { Issue } from './issue.ts';
import { withoutSecrets } from './secrets.ts';

export interface FormatOptions {
  /** Lines of the file shown before the one meant. Default 2. */
  readonly before?: number;
  /** What the anchor of a code is appended to. Default `docs/checks.md`. */
  readonly docs?: string;
  /** Styles a part for a terminal; default: plain text. */
  readonly style?: (part: 'place' | 'error' | 'warning' | 'mark' | 'faint', text: string) => string;
}

const widest = 110;

/**
 * An issue as people read it: place, message, the lines of the file with the stretch marked, expected, found, what was probably meant,
 * and where to read more. Several lines, without a line end at the end.
 */
export function formatIssue(
  issue: Issue,
  sources: readonly SourceFile[],
  options: FormatOptions = {},
): string {
  const { before = 2, docs = 'docs/checks.md', style = (_, text) => text } = options;
  const place = issue.line > 0 ? `${issue.file}:${issue.line}:${issue.column}` : issue.file;
  const about = [issue.resource, issue.path].filter((part) => part !== undefined && part !== '').join(' ');
  const head = `${place === '' ? '' : `${style('place', place)} `}${style(issue.severity, issue.severity)} ${issue.code}`;
  const text = sources.find(({ path }) => path === issue.file)?.text;
  const facts: [label: string, value: string | undefined][] = [
    ['expected', issue.expected],
    ['found', issue.found],
    ['hint', issue.hint],
    ...(issue.also ?? []).map(({ message, file, line, column }): [string, string] => [
      'also',
      `${file}:${line}:${column} ${message}`,
    ]),
    ['see', `${docs}#${anchorOf(issue.code)}`],
  ];
  return [
    head,
    `  ${about === '' ? '' : `${about}: `}${issue.message}`,
    ...(text === undefined || issue.line === 0 ? [] : excerpt(issue, text, before, style)),
    ...facts
      .filter(([, value]) => value !== undefined)
      .map(([label, value]) => `  ${style('faint', label.padEnd(8))}  ${value}`),
  ].join('\n');
}

/** Where `docs/checks.md` speaks of a code. */
export function anchorOf(code: string): string {
  return code.toLowerCase();
}

function excerpt(
  issue: Issue,
  text: string,
  before: number,
  style: NonNullable<FormatOptions['style']>,
): readonly string[] {
  const first = Math.max(1, issue.line - before);
  const shown = linesOf(withoutMark(text), first, issue.line);
  const width = String(issue.line).length;
  // A long line is shown around the stretch meant.
  const from = issue.column > widest - 10 ? issue.column - Math.floor(widest / 2) : 0;
  const rows = shown.map((line, index) => {
    const number = first + index;
    const meant = number === issue.line;
    const part = (meant && from > 0 ? `…${line.slice(from + 1)}` : line).slice(0, widest);
    const margin = `${meant ? '>' : ' '} ${String(number).padStart(width)} |`;
    return `  ${style('faint', margin)} ${visible(part)}`.trimEnd();
  });
  const last = (shown.at(-1) ?? '').slice(from);
  const at = issue.column - 1 - from;
  const length = Math.max(1, Math.min(issue.length ?? 1, last.length - at, widest - at));
  // Tabs stay tabs, so that the mark stands under its stretch whatever their width.
  const indent = visible(last.slice(0, at)).replaceAll(/[^\t]/g, ' ').padEnd(at);
  const margin = `${' '.repeat(width + 3)}|`;
  return [...rows, `  ${style('faint', margin)} ${indent}${style('mark', '^'.repeat(length))}`];
}

/** Lines `first` to `last` of a text, found without splitting all of it. */
function linesOf(text: string, first: number, last: number): readonly string[] {
  let at = 0;
  for (let line = 1; line < first; line++) {
    const end = text.indexOf('\n', at);
    if (end < 0) return [];
    at = end + 1;
  }
  const lines: string[] = [];
  for (let line = first; line <= last; line++) {
    const end = text.indexOf('\n', at);
    lines.push((end < 0 ? text.slice(at) : text.slice(at, end)).replace(/\r$/, ''));
    if (end < 0) break;
    at = end + 1;
  }
  return lines;
}

/** Control characters could move the terminal's cursor, and marks of direction hide text. */
function visible(text: string): string {
  return withoutSecrets(text).replaceAll(/[^\P{Cc}\t]|[\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD');
}
