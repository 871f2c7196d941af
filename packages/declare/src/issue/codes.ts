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

/** The message of a code with its words filled in. */
export function messageOf<Code extends IssueCode>(code: Code, words: IssueWords<Code>): string {
  const row: CodeRow = codes[code];
  const values: Readonly<Record<string, string | number>> = words;
  return row.message.replaceAll(/\{(\w+)\}/g, (_, word: string) => String(values[word]));
}
