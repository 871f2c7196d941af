import type { Positions } from '../source/positions.ts';
import type { Spot } from '../source/source-file.ts';
import { type CodeRow, codes, type IssueCode, type IssueWords, saidBy } from './codes.ts';
import { type At, formatPath, type Issue } from './issue.ts';

export interface Details {
  readonly expected?: string;
  readonly found?: string;
  readonly hint?: string;
  readonly also?: readonly (At & { readonly message: string })[];
}

/** An issue before its place in a file is looked up. */
export interface Finding extends At, Details {
  readonly code: IssueCode;
  readonly message: string;
  /** The place, where it is none that positions know. */
  readonly spot?: Pick<Spot, 'file' | 'line' | 'column'>;
}

/** States a finding; the message comes from the table of codes. */
export function finding<Code extends IssueCode>(
  code: Code,
  at: At,
  words: IssueWords<Code>,
  details: Details = {},
): Finding {
  return { code, ...at, ...saidBy(code, words), ...details };
}

const nowhere: Spot = { file: '', line: 0, column: 0, length: 0 };

/** Gives a finding its file, line and column. */
export function toIssue(found: Finding, positions: Positions | undefined): Issue {
  const row: CodeRow = codes[found.code];
  const spot = found.spot ?? positions?.find(found) ?? nowhere;
  const resource = positions === undefined ? found.resource : positions.nameOf(found.resource);
  return {
    severity: row.severity,
    code: found.code,
    ...spot,
    path: formatPath(found.path),
    ...(resource !== undefined && { resource }),
    message: found.message,
    ...(found.expected !== undefined && { expected: found.expected }),
    ...(found.found !== undefined && { found: found.found }),
    ...(found.hint !== undefined && { hint: found.hint }),
    ...(found.also !== undefined && {
      also: found.also.map((other) => {
        const { file, line, column } = positions?.find(other) ?? nowhere;
        return { message: other.message, file, line, column };
      }),
    }),
  };
}

const most = 1000;

/** Sorts by file and place, drops repetitions, and cuts a flood after a thousand. */
export function orderIssues(issues: readonly Issue[]): readonly Issue[] {
  const seen = new Set<string>();
  const unique = issues.filter((issue) => {
    const key = `${issue.code}\n${issue.file}\n${issue.line}\n${issue.column}\n${issue.resource}\n${issue.path}\n${issue.message}`;
    return !seen.has(key) && seen.add(key);
  });
  unique.sort((a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column);
  if (unique.length <= most) return unique;
  const shown = unique.slice(0, most);
  const at = shown[most - 1] as Issue;
  const count = unique.length - most;
  return [
    ...shown,
    {
      severity: unique.slice(most).some((issue) => issue.severity === 'error') ? 'error' : 'warning',
      code: 'TOO_MANY_ISSUES',
      file: at.file,
      line: at.line,
      column: at.column,
      path: '',
      ...saidBy('TOO_MANY_ISSUES', { count }),
    },
  ];
}

/** Order by code units, the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
