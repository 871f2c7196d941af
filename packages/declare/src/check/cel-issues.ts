import type { CelIssue } from '@ombre/decide';
import type { IssueCode } from '../issue/codes.ts';
import type { Details } from '../issue/finding.ts';

type CelCode = Extract<IssueCode, `CEL_${string}`>;

/** Our code for each of the checker's: a new one does not compile until it has a row. */
const codeOf: Readonly<Record<CelIssue['code'], CelCode>> = {
  syntax: 'CEL_SYNTAX',
  too_long: 'CEL_TOO_LONG',
  too_deep: 'CEL_TOO_DEEP',
  too_many_nodes: 'CEL_TOO_MANY_NODES',
  too_many_calls: 'CEL_TOO_MANY_CALLS',
  too_costly: 'CEL_TOO_COSTLY',
  unknown_attribute: 'CEL_UNKNOWN_ATTRIBUTE',
  unknown_function: 'CEL_UNKNOWN_FUNCTION',
  unknown_method: 'CEL_UNKNOWN_METHOD',
  unknown_field: 'CEL_UNKNOWN_FIELD',
  wrong_type: 'CEL_WRONG_TYPE',
  wrong_arguments: 'CEL_WRONG_ARGUMENTS',
  wrong_operands: 'CEL_WRONG_OPERANDS',
  invalid_macro: 'CEL_INVALID_MACRO',
  invalid_constant: 'CEL_INVALID_CONSTANT',
};

/** Operators of other languages, where the syntax breaks off, and CEL's. */
const operators: readonly (readonly [RegExp, string])[] = [
  [/^=/, '=='],
  [/^and\b/i, '&&'],
  [/^or\b/i, '||'],
];

/** What the checker says of a condition, in the form of all other issues. */
export function inWordsOfIssues(
  { code, message, expected, found, start, end }: CelIssue,
  text: string,
): {
  readonly code: CelCode;
  readonly problem: string;
  readonly details: Details & { readonly span: { readonly start: number; readonly end: number } };
} {
  const [, problem = message, named] = /^(.*?); did you mean (.*)\?$/s.exec(message) ?? [];
  const operator = operators.find(([other]) => code === 'syntax' && other.test(text.slice(start)));
  const meant = named ?? operator?.[1];
  return {
    code: codeOf[code],
    problem: problem.charAt(0).toLowerCase() + problem.slice(1),
    details: {
      span: { start, end },
      ...(expected !== undefined && meant === undefined && { expected }),
      ...(found !== undefined && { found }),
      ...(meant !== undefined && { hint: `did you mean "${meant}"?` }),
    },
  };
}
