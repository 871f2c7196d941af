import { type CelEnvironment, type CelType, type CodeVocabulary, parseType } from '@ombre/decide';
import type { Attribute, JsonValue, Kind, ResourceOf } from '@ombre/decide/model';
import type { IssueCode, IssueWords } from '../issue/codes.ts';
import { type Details, type Finding, finding } from '../issue/finding.ts';
import type { Path } from '../issue/issue.ts';
import type { Draft } from '../shape/draft.ts';
import { isMapping, valueAt } from '../shape/schema-walk.ts';
import { type Formula, formulaOf } from './formula.ts';

/** An attribute and where it is declared. */
export interface DeclaredAttribute {
  readonly type: CelType;
  readonly values: readonly string[] | undefined;
  readonly draft: Draft;
  readonly path: Path;
}

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

/** All that is declared, by kind and name, and what was found so far. Checks read it and report. */
export interface World {
  readonly drafts: readonly Draft[];
  readonly findings: Finding[];
  /** Conditions that read nothing, and whether they are true; filled by {@link checkConditions}. */
  readonly constants: Map<string, boolean>;
  readonly vocabularies: readonly CodeVocabulary[];
  /** Whether an attribute lists its values. */
  readonly hasValues: boolean;
  /** The frame of a condition, read once. */
  formula(condition: string): Formula;
  readonly environment: CelEnvironment;
  readonly attributes: ReadonlyMap<string, DeclaredAttribute>;
  /** Names of enrichers that are built in; undefined if nobody said. */
  readonly enrichers: ReadonlySet<string> | undefined;
  /** Names of a kind, malformed ones included. */
  names(kind: Kind): ReadonlyMap<string, Draft>;
  /** The resource of a name; undefined if it is not there or malformed. */
  get<K extends Kind>(kind: K, name: string): ResourceOf<K> | undefined;
  /** Reports about a draft: paths are those of its `resource`. */
  reportFor(draft: Draft): Report;
}

export function createWorld(
  drafts: readonly Draft[],
  vocabularies: readonly CodeVocabulary[] | undefined,
): World {
  const byKind = new Map<Kind, Map<string, Draft>>();
  for (const draft of drafts) {
    const names = byKind.get(draft.kind) ?? new Map<string, Draft>();
    byKind.set(draft.kind, names.set(draft.name, draft));
  }
  const findings: Finding[] = [];
  const formulas = new Map<string, Formula>();
  const attributes = attributesOf(drafts);
  const functions = vocabularies?.flatMap((vocabulary) => vocabulary.functions ?? []) ?? [];
  const enrichers = vocabularies?.flatMap(
    (vocabulary) => vocabulary.enrichers?.map(({ name }) => name) ?? [],
  );
  const nobody: ReadonlyMap<string, Draft> = new Map();
  return {
    drafts,
    findings,
    constants: new Map(),
    vocabularies: vocabularies ?? [],
    hasValues: [...attributes.values()].some(({ values }) => values !== undefined),
    formula(condition) {
      const formula = formulas.get(condition) ?? formulaOf(condition);
      formulas.set(condition, formula);
      return formula;
    },
    attributes,
    environment: { attributes: new Map([...attributes].map(([name, { type }]) => [name, type])), functions },
    enrichers: enrichers && new Set(enrichers),
    names: (kind) => byKind.get(kind) ?? nobody,
    get: <K extends Kind>(kind: K, name: string) =>
      byKind.get(kind)?.get(name)?.resource as ResourceOf<K> | undefined,
    reportFor: (draft) => (code, path, words, details) => {
      const { part, span, ...rest } = details ?? {};
      const at = {
        resource: draft.id,
        path: draft.written(path),
        ...(part !== undefined && { part }),
        ...(span !== undefined && { span }),
      };
      findings.push(finding(code, at, words, rest));
    },
  };
}

/** Attributes of all vocabularies, the first declaration of each. A malformed one counts as `dyn`, so that it is not reported again where it is used. */
function attributesOf(drafts: readonly Draft[]): ReadonlyMap<string, DeclaredAttribute> {
  const attributes = new Map<string, DeclaredAttribute>();
  for (const draft of drafts) {
    if (draft.kind !== 'Vocabulary') continue;
    const declared = valueAt(draft.value, ['spec', 'attributes']);
    for (const [name, attribute] of Object.entries(isMapping(declared) ? declared : {})) {
      if (attributes.has(name)) continue;
      const { type, values } = (isMapping(attribute) ? attribute : {}) as Partial<
        Record<keyof Attribute, JsonValue>
      >;
      const listed = Array.isArray(values) && values.every((value) => typeof value === 'string');
      attributes.set(name, {
        type: (typeof type === 'string' ? parseType(type) : undefined) ?? { kind: 'dyn' },
        values: listed ? (values as readonly string[]) : undefined,
        draft,
        path: ['spec', 'attributes', name],
      });
    }
  }
  return attributes;
}
