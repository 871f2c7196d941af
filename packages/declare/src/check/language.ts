import {
  type CelEnvironment,
  type CelType,
  type CheckResult,
  type CodeVocabulary,
  checkExpression,
  formatType,
  parseType,
} from '@ombre/decide';
import type { Attribute, JsonValue } from '@ombre/decide/model';
import type { Path } from '../issue/issue.ts';
import type { Draft } from '../shape/draft.ts';
import { isMapping, valueAt } from '../shape/schema-walk.ts';
import { constantOf } from './constant.ts';
import { contradiction, type Formula, formulaOf } from './formula.ts';

/** An attribute and where it is declared. */
export interface DeclaredAttribute {
  readonly type: CelType;
  readonly values: readonly string[] | undefined;
  readonly draft: Draft;
  readonly path: Path;
}

/** What a condition is in a language. */
export interface Meaning {
  readonly checked: CheckResult;
  /** Whether it is true, where it reads nothing. */
  readonly constant: boolean | undefined;
  /** Why it holds for nobody; undefined where it may hold. */
  readonly never: string | undefined;
}

/** What conditions may say: the attributes of all vocabularies and what code adds. What it made out of a condition it remembers. */
export interface Language {
  /** The documents it was made from. */
  readonly drafts: readonly Draft[];
  readonly attributes: ReadonlyMap<string, DeclaredAttribute>;
  /** Whether an attribute lists its values. */
  readonly hasValues: boolean;
  /** Names of enrichers that are built in; undefined if nobody said. */
  readonly enrichers: ReadonlySet<string> | undefined;
  meaning(condition: string): Meaning;
  /** The frame of a condition. */
  formula(condition: string): Formula;
  /** What code adds. */
  readonly vocabularies: readonly CodeVocabulary[] | undefined;
  /** Whether every condition means the same in another language. */
  saysAs(other: Language): boolean;
  /** Whether a text may read an attribute that the language before did not have, or had otherwise. */
  mentionsChanged(text: string): boolean;
}

/** Documents are remembered by who checks them: these are for conditions that many documents have. */
const MEANINGS = 10_000;
/** Formulas are large and asked for together: those of some flags are enough. */
const FORMULAS = 500;

export function createLanguage(
  drafts: readonly Draft[],
  vocabularies: readonly CodeVocabulary[] | undefined,
  before?: Language,
): Language {
  const attributes = attributesOf(drafts);
  const functions = vocabularies?.flatMap((vocabulary) => vocabulary.functions ?? []) ?? [];
  const enrichers = vocabularies?.flatMap(
    (vocabulary) => vocabulary.enrichers?.map(({ name }) => name) ?? [],
  );
  const environment: CelEnvironment = {
    attributes: new Map([...attributes].map(([name, { type }]) => [name, type])),
    functions,
  };
  const mentionsChanged = mentioning(changedNames(before?.attributes ?? new Map(), attributes));
  const meaning = remembering(MEANINGS, meaningOf);
  const formula = remembering(FORMULAS, formulaOf);
  /** The last that was compared: there are two at most in a process that serves one environment. */
  let compared: { readonly other: Language; readonly same: boolean } | undefined;

  function meaningOf(condition: string): Meaning {
    const checked = checkExpression(condition, environment, { kind: 'bool' });
    if (!checked.ok) return { checked, constant: undefined, never: undefined };
    const reads = checked.reads.length > 0 || checked.segments.length > 0;
    const constant = reads ? undefined : constantOf(condition, vocabularies ?? []);
    const never =
      constant === false ? 'it reads nothing that could differ' : contradiction(formula(condition));
    return { checked, constant, never };
  }

  return {
    drafts,
    attributes,
    hasValues: [...attributes.values()].some(({ values }) => values !== undefined),
    enrichers: enrichers && new Set(enrichers),
    meaning,
    formula,
    vocabularies,
    saysAs(other) {
      if (compared?.other !== other) {
        const same =
          other.vocabularies === vocabularies && changedNames(other.attributes, attributes).length === 0;
        compared = { other, same };
      }
      return compared.same;
    },
    mentionsChanged,
  };
}

/** Attributes that are new, gone, or of another type or other values. */
function changedNames(
  before: ReadonlyMap<string, DeclaredAttribute>,
  now: ReadonlyMap<string, DeclaredAttribute>,
): readonly string[] {
  return [...new Set([...before.keys(), ...now.keys()])].filter((name) => {
    const [a, b] = [before.get(name), now.get(name)];
    if (a === undefined || b === undefined) return true;
    return formatType(a.type) !== formatType(b.type) || String(a.values) !== String(b.values);
  });
}

/** Whoever reads an attribute writes the last part of its name, unless he writes it with escapes. */
function mentioning(names: readonly string[]): (text: string) => boolean {
  const leaves = [...new Set(names.map((name) => name.slice(name.lastIndexOf('.') + 1)))];
  return (text) => leaves.length > 0 && (text.includes('\\') || leaves.some((leaf) => text.includes(leaf)));
}

/** Attributes of all vocabularies, the first declaration of each. A malformed one counts as `dyn`, so that it is not reported again where it is used. */
function attributesOf(drafts: readonly Draft[]): ReadonlyMap<string, DeclaredAttribute> {
  const attributes = new Map<string, DeclaredAttribute>();
  for (const draft of drafts) {
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

function remembering<T>(most: number, make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let made = known.get(text);
    if (made === undefined) {
      if (known.size >= most) known.clear();
      made = make(text);
      known.set(text, made);
    }
    return made;
  };
}
