import { conditionCodes } from './codes/condition.ts';
import { flagCodes } from './codes/flag.ts';
import { releaseCodes } from './codes/release.ts';
import { segmentCodes } from './codes/segment.ts';
import { setCodes } from './codes/set.ts';
import { shapeCodes } from './codes/shape.ts';
import { tableCodes } from './codes/table.ts';
import { textCodes } from './codes/text.ts';
import { upstreamCodes } from './codes/upstream.ts';
import { vocabularyCodes } from './codes/vocabulary.ts';

/** What one code says, and what its reader should know. `{word}` in the message is filled in where the issue is found. */
export interface CodeRow {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What would be right and what is there, where the place of the finding tells no better. Words of the message may stand in them. */
  readonly expected?: string;
  readonly found?: string;
  /** Why it is an issue and what to do, for `docs/checks.md`. */
  readonly about: string;
}

/** The one table of what can be wrong with resources. Codes are stable; wordings may improve. */
export const codes: typeof textCodes &
  typeof shapeCodes &
  typeof setCodes &
  typeof vocabularyCodes &
  typeof conditionCodes &
  typeof flagCodes &
  typeof tableCodes &
  typeof segmentCodes &
  typeof upstreamCodes &
  typeof releaseCodes = {
  ...textCodes,
  ...shapeCodes,
  ...setCodes,
  ...vocabularyCodes,
  ...conditionCodes,
  ...flagCodes,
  ...tableCodes,
  ...segmentCodes,
  ...upstreamCodes,
  ...releaseCodes,
};

export type IssueCode = keyof typeof codes;

type Words<Template extends string> = Template extends `${string}{${infer Word}}${infer Rest}`
  ? Word | Words<Rest>
  : never;

/** What a code's message must be told. */
export type IssueWords<Code extends IssueCode> = Readonly<
  Record<Words<(typeof codes)[Code]['message']>, string | number>
>;

/** What a code says of its own accord. */
export interface Said {
  readonly message: string;
  readonly expected?: string;
  readonly found?: string;
}

/** The message of a code, what it expects and what it found, with the words filled in. */
export function saidBy<Code extends IssueCode>(code: Code, words: IssueWords<Code>): Said {
  const { message, expected, found }: CodeRow = codes[code];
  const values: Readonly<Record<string, string | number>> = words;
  const filled = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (_, word: string) => String(values[word]));
  return {
    message: filled(message),
    ...(expected !== undefined && { expected: filled(expected) }),
    ...(found !== undefined && { found: filled(found) }),
  };
}
