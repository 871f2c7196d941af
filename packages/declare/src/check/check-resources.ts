import type { CodeVocabulary } from '@ombre/decide';
import type { JsonValue, Kind, Resource, ResourceOf } from '@ombre/decide/model';
import { type Finding, orderIssues, toIssue } from '../issue/finding.ts';
import type { Issue } from '../issue/issue.ts';
import type { Draft } from '../shape/draft.ts';
import { keyOf } from '../source/canonical-order.ts';
import type { Positions } from '../source/positions.ts';
import { finish } from '../steps.ts';
import { checkFlag } from './check-flag.ts';
import { checkHoldout } from './check-holdout.ts';
import { checkLayers } from './check-layers.ts';
import { checkMeetings } from './check-meetings.ts';
import { checkRelease } from './check-release.ts';
import { checkSegment } from './check-segment.ts';
import { checkTable } from './check-table.ts';
import { checkUpstream } from './check-upstream.ts';
import { checkVocabulary } from './check-vocabulary.ts';
import { checkCircles } from './circles.ts';
import { checkConditions } from './conditions.ts';
import { Declarations } from './declarations.ts';
import { createLanguage, type Language } from './language.ts';
import { type Examined, examine, holds, reporter, type World } from './world.ts';

/** How many resources of each kind an environment may have. */
export type Quotas = Readonly<Record<Kind, number>>;

export const defaultQuotas: Quotas = {
  Vocabulary: 1_000,
  Flag: 10_000,
  Segment: 10_000,
  Table: 1_000,
  Upstream: 1_000,
  Release: 1_000,
  Holdout: 1_000,
};

export interface CheckOptions {
  /** Where the resources are written. Absent: they came without files, and places are 0. */
  readonly positions?: Positions;
  /** The documents of {@link parseSources} that the resources are of: with them a malformed one is not also unknown to those that mention it. */
  readonly drafts?: readonly Draft[];
  /** What code adds: functions conditions may call, and enrichers that `derivedBy` names. */
  readonly vocabularies?: readonly CodeVocabulary[];
  readonly quotas?: Partial<Quotas>;
}

type Check<K extends Kind> = (draft: Draft, resource: ResourceOf<K>, world: World) => void;

const checks: { readonly [K in Kind]: Check<K> } = {
  Vocabulary: checkVocabulary,
  Flag: checkFlag,
  Segment: checkSegment,
  Table: checkTable,
  Upstream: checkUpstream,
  Release: checkRelease,
  Holdout: checkHoldout,
};

/**
 * Everything wrong with a set of well-formed resources taken together: references, types, conditions, weights, circles, what can never happen, quotas.
 * The set is the whole environment: what it does not hold does not exist. All issues at once; never throws.
 */
export function checkResources(resources: readonly Resource[], options: CheckOptions = {}): readonly Issue[] {
  return finish(createChecker(options).check(resources, options));
}

/** Checks one set after another. What it found about a document stands until the document or something that its checks asked for is another. */
export interface Checker {
  /** The same as {@link checkResources}, in slices; documents are told apart by their identity. */
  check(
    resources: readonly Resource[],
    set?: Pick<CheckOptions, 'positions' | 'drafts'>,
  ): Generator<undefined, readonly Issue[]>;
}

/** Documents that need no check pass so fast that a pause after each would cost more than they do. */
const KNOWN_SLICE = 500;

/**
 * What was asked about resources in which nothing was wrong, whichever checker found so. Who applies what a directory declares has a checker
 * of its own, for what is declared elsewhere stands beside it; ten thousand flags are not worth checking twice for that.
 */
const sound = new WeakMap<Resource, Examined>();

function soundIn(draft: Draft, language: Language, declarations: Declarations): Examined | undefined {
  // A vocabulary is checked against the others, which the language alone does not tell.
  if (!draft.whole || draft.resource === undefined || draft.kind === 'Vocabulary') return undefined;
  const found = sound.get(draft.resource);
  if (found === undefined || !language.saysAs(found.language) || !holds(found, declarations))
    return undefined;
  return { ...found, language };
}

/** Documents whose texts are looked through between two pauses. */
const TRANSLATED_SLICE = 50;

export function createChecker({ vocabularies, quotas }: CheckOptions = {}): Checker {
  const examined = new WeakMap<Draft, Examined>();
  /** What was found about each document of the set before, in its order. */
  let last: { readonly drafts: readonly Draft[]; readonly found: readonly Examined[] } | undefined;
  const issues = new WeakMap<Finding, Issue>();
  const made = new WeakMap<Resource, Draft>();
  const limits = { ...defaultQuotas, ...quotas };
  let before: Declarations | undefined;
  let language: Language | undefined;

  function draftFor(resource: Resource): Draft {
    const draft = made.get(resource) ?? draftOf(resource, keyOf(resource));
    made.set(resource, draft);
    return draft;
  }

  /** Of two resources of one name the first. */
  function draftsFor(resources: readonly Resource[]): readonly Draft[] {
    const first = new Map<string, Draft>();
    for (const draft of resources.map(draftFor)) if (!first.has(draft.key)) first.set(draft.key, draft);
    return [...first.values()];
  }

  /** What was found about documents that say nothing of what changed in the language, and in which nothing was wrong, stands in the new one too. */
  function* translate(
    drafts: readonly Draft[],
    former: Language,
    language: Language,
  ): Generator<undefined, void> {
    for (const [index, draft] of drafts.entries()) {
      const found = examined.get(draft);
      if (found?.language !== former || found.findings.length > 0 || draft.kind === 'Vocabulary') continue;
      if (!hasText(draft.value, language.mentionsChanged)) examined.set(draft, { ...found, language });
      if (index % TRANSLATED_SLICE === 0) yield;
    }
    last = undefined;
  }

  return {
    *check(resources, { positions, drafts } = {}) {
      const declarations = new Declarations(drafts ?? draftsFor(resources), before);
      before = declarations;
      const spoken = [...declarations.all('Vocabulary')];
      if (language === undefined || !sameDrafts(language.drafts, spoken)) {
        const former = language;
        language = createLanguage(spoken, vocabularies, former);
        if (former !== undefined) yield* translate(declarations.drafts, former, language);
      }
      const lasting: Finding[] = [];
      const all: Examined[] = [];
      let passed = 0;
      for (const [index, draft] of declarations.drafts.entries()) {
        // Most are where they were; the others are looked up.
        let found = last?.drafts[index] === draft ? last.found[index] : examined.get(draft);
        if (found?.language !== language || !holds(found, declarations)) {
          found = soundIn(draft, language, declarations);
          if (found === undefined) {
            found = examine(declarations, language, (world) => checkDraft(draft, world));
            if (found.findings.length === 0 && draft.resource !== undefined) sound.set(draft.resource, found);
            yield;
          }
          examined.set(draft, found);
        }
        if (++passed % KNOWN_SLICE === 0) yield;
        all.push(found);
        if (found.findings.length > 0) lasting.push(...found.findings);
      }
      last = { drafts: declarations.drafts, found: all };
      const passing = [
        ...checkQuotas(declarations, limits),
        ...checkCircles(declarations),
        ...checkReleases(declarations),
        ...checkLayers(declarations),
        ...checkMeetings(declarations, language),
      ];
      // The documents of a finding that lasts are the same ones, and so are its places.
      const placed = lasting.map((found) => {
        const issue = issues.get(found) ?? toIssue(found, positions);
        issues.set(found, issue);
        return issue;
      });
      return orderIssues([...placed, ...passing.map((found) => toIssue(found, positions))]);
    },
  };
}

function checkDraft(draft: Draft, world: World): void {
  checkConditions(draft, world);
  const check = checks[draft.kind] as Check<Kind>;
  if (draft.resource !== undefined) check(draft, draft.resource as ResourceOf<Kind>, world);
}

/** Whether a test holds of some text in a value; keys are no texts. */
function hasText(value: JsonValue, test: (text: string) => boolean): boolean {
  if (typeof value === 'string') return test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((inner: JsonValue) => hasText(inner, test));
}

function sameDrafts(a: readonly Draft[], b: readonly Draft[]): boolean {
  return a.length === b.length && a.every((draft, index) => draft === b[index]);
}

function draftOf(resource: Resource, key: string): Draft {
  return {
    id: key,
    key,
    kind: resource.kind,
    name: resource.metadata.name,
    value: resource as unknown as JsonValue,
    resource,
    whole: true,
    written: (path) => path,
  };
}

function checkQuotas(declarations: Declarations, quotas: Quotas): readonly Finding[] {
  const findings: Finding[] = [];
  for (const kind of Object.keys(checks) as Kind[]) {
    const [count, limit] = [declarations.count(kind), quotas[kind]];
    if (count <= limit) continue;
    const first = [...declarations.all(kind)][limit] as Draft;
    reporter(first, findings)('QUOTA', ['metadata', 'name'], { count, kind, limit });
  }
  return findings;
}

/** One release of a flag at a time. */
function checkReleases(declarations: Declarations): readonly Finding[] {
  const findings: Finding[] = [];
  const first = new Map<string, Draft>();
  for (const draft of declarations.all('Release')) {
    const flag = declarations.get('Release', draft.name)?.spec.flag;
    if (flag === undefined) continue;
    const earlier = first.get(flag);
    if (earlier === undefined) {
      first.set(flag, draft);
      continue;
    }
    const words = { flag: JSON.stringify(flag), release: JSON.stringify(earlier.name) };
    const also = [{ resource: earlier.id, path: ['spec', 'flag'], message: 'the other release' }];
    reporter(draft, findings)('SECOND_RELEASE', ['spec', 'flag'], words, { also });
  }
  return findings;
}
