import { CommandEnd, type Exit, exits } from '../exit.ts';

/** Stable names of what can go wrong; docs/analyze.md explains each. */
export type ProblemCode =
  | 'FILE_NOT_FOUND'
  | 'FILE_EMPTY'
  | 'FILE_CUT'
  | 'FILE_BROKEN'
  | 'COLUMN_UNKNOWN'
  | 'COLUMN_TWICE'
  | 'OPTION_INVALID'
  | 'CONTROL_UNKNOWN'
  | 'ARM_UNKNOWN'
  | 'ONE_ARM'
  | 'TOO_MANY_ARMS'
  | 'METRIC_NOT_NUMERIC'
  | 'METRIC_EMPTY'
  | 'MISSING_REFUSED'
  | 'UNITS_REPEATED'
  | 'DATE_INVALID'
  | 'TREATMENT_NOT_BINARY'
  | 'NOT_ANSWERED';

/**
 * Why an analysis ends early: code → what the process ends with. 2: the command line asks for something that is not
 * there; 1: the data cannot give the answer asked for. A vetoed analysis is printed in full and ends with 1 as well.
 */
export const problems: Readonly<Record<ProblemCode, Exit>> = {
  FILE_NOT_FOUND: exits.usage,
  FILE_EMPTY: exits.no,
  FILE_CUT: exits.no,
  FILE_BROKEN: exits.no,
  COLUMN_UNKNOWN: exits.usage,
  COLUMN_TWICE: exits.no,
  OPTION_INVALID: exits.usage,
  CONTROL_UNKNOWN: exits.usage,
  ARM_UNKNOWN: exits.usage,
  ONE_ARM: exits.no,
  TOO_MANY_ARMS: exits.no,
  METRIC_NOT_NUMERIC: exits.no,
  METRIC_EMPTY: exits.no,
  MISSING_REFUSED: exits.no,
  UNITS_REPEATED: exits.no,
  DATE_INVALID: exits.no,
  TREATMENT_NOT_BINARY: exits.no,
  NOT_ANSWERED: exits.no,
};

/** Ends the command with a message for people, and code and details for programs. */
export function problem(
  code: ProblemCode,
  message: string,
  details: Record<string, unknown> = {},
): CommandEnd {
  return new CommandEnd(problems[code], message, { error: { code, message, ...details } });
}
