import type { Kind, Resource, ResourceOf } from '@ombre/decide/model';
import type { IssueCode, IssueWords } from '../issue/codes.ts';
import { type Details, type Finding, finding } from '../issue/finding.ts';
import type { Path } from '../issue/issue.ts';
import type { Draft } from '../shape/draft.ts';
import type { Declarations } from './declarations.ts';
import type { Language } from './language.ts';

/** States a finding about a value of a resource. */
export type Report = <Code extends IssueCode>(
  code: Code,
  path: Path,
  words: IssueWords<Code>,
  details?: Details & {
    readonly part?: 'key' | 'value';
    readonly span?: { start: number; end: number };
  },
) => void;

/** All that the checks of one document may ask. */
export interface World {
  readonly language: Language;
  /** Whether something of this name is declared, malformed or not. */
  has(kind: Kind, name: string): boolean;
  /** The resource of a name; undefined if it is not there or malformed. */
  get<K extends Kind>(kind: K, name: string): ResourceOf<K> | undefined;
  /** Names of a kind, malformed ones included. */
  names(kind: Kind): readonly string[];
  /** Flags with a rule that serves from a table. */
  usersOf(table: string): readonly Draft[];
  /** Reports about a document: paths are those of its `resource`. */
  reportFor(draft: Draft): Report;
}

interface Answers {
  readonly has: boolean;
  readonly resource: Resource | undefined;
  readonly names: readonly string[];
  readonly users: readonly Draft[];
}

/** What can be asked of the declarations. */
const answers: {
  readonly [A in keyof Answers]: (now: Declarations, kind: Kind, name: string) => Answers[A];
} = {
  has: (now, kind, name) => now.draft(kind, name) !== undefined,
  resource: (now, kind, name) => now.draft(kind, name)?.resource,
  names: (now, kind) => now.names(kind),
  users: (now, _kind, name) => now.usersOf(name),
};

/** A question and its answer. */
interface Question {
  readonly ask: keyof Answers;
  readonly kind: Kind;
  readonly name: string;
  readonly answer: unknown;
}

/** What was found about a document, and what was asked to find it. */
export interface Examined {
  readonly findings: readonly Finding[];
  readonly language: Language;
  readonly questions: readonly Question[];
}

/** Whether every question would be answered the same now, so that in the same language the same would be found. */
export function holds({ questions }: Examined, now: Declarations): boolean {
  return questions.every(({ ask, kind, name, answer }) => answers[ask](now, kind, name) === answer);
}

/** Runs checks in a world that notes what they ask. */
export function examine(
  declarations: Declarations,
  language: Language,
  checks: (world: World) => void,
): Examined {
  const findings: Finding[] = [];
  const questions = new Map<string, Question>();
  function asked<A extends keyof Answers>(ask: A, kind: Kind, name: string): Answers[A] {
    const answer = answers[ask](declarations, kind, name);
    questions.set(`${ask} ${kind}/${name}`, { ask, kind, name, answer });
    return answer;
  }
  checks({
    language,
    has: (kind, name) => asked('has', kind, name),
    get: <K extends Kind>(kind: K, name: string) =>
      asked('resource', kind, name) as ResourceOf<K> | undefined,
    names: (kind) => asked('names', kind, ''),
    usersOf: (table) => asked('users', 'Flag', table),
    reportFor: (draft) => reporter(draft, findings),
  });
  return { findings, language, questions: [...questions.values()] };
}

export function reporter(draft: Draft, findings: Finding[]): Report {
  return (code, path, words, details) => {
    const { part, span, ...rest } = details ?? {};
    const at = {
      resource: draft.id,
      path: draft.written(path),
      ...(part !== undefined && { part }),
      ...(span !== undefined && { span }),
    };
    findings.push(finding(code, at, words, rest));
  };
}
