import { type IssueCode, type IssueWords, saidBy } from '../issue/codes.ts';
import type { Details, Finding } from '../issue/finding.ts';
import type { Path } from '../issue/issue.ts';

/** A finding within one value, before it is known whose value it is. */
export type ShapeIssue = Omit<Finding, 'resource'>;

export function shapeIssue<Code extends IssueCode>(
  code: Code,
  path: Path,
  words: IssueWords<Code>,
  details: Details & { readonly part?: 'key' | 'value' } = {},
): ShapeIssue {
  return { code, path, ...saidBy(code, words), ...details };
}
