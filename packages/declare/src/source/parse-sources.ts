import { type JsonValue, name, type Resource } from '@ombre/decide/model';
import { z } from 'zod';
import { messageOf } from '../issue/codes.ts';
import { type Finding, finding, orderIssues, toIssue } from '../issue/finding.ts';
import type { Issue } from '../issue/issue.ts';
import { didYouMean } from '../issue/suggest.ts';
import type { Draft } from '../shape/draft.ts';
import { explainShape } from '../shape/explain-shape.ts';
import { isMapping } from '../shape/schema-walk.ts';
import { finish } from '../steps.ts';
import { sortDrafts } from './canonical-order.ts';
import { besidePath, readIds } from './ids-file.ts';
import { type SourceLimits, sourceLimits } from './limits.ts';
import { type Positions, positionsOf, type Written } from './positions.ts';
import {
  type DocumentReading,
  type FileDocument,
  type FileReading,
  holdsResources,
  idsFileOf,
  isProjectFile,
  placeOf,
  readAs,
  readFile,
  writtenIn,
} from './read-file.ts';
import { type SourceFile, sizeOf } from './source-file.ts';

/** What a set of files declares. */
export interface Declared {
  readonly project?: string;
  readonly environment?: string;
  /** Those without an issue of shape, by kind and name. */
  readonly resources: readonly Resource[];
  readonly positions: Positions;
  /** Every document with a kind and a name, the malformed ones as far as they make sense: `checkResources` takes them for better issues. */
  readonly drafts: readonly Draft[];
}

export interface ParseOptions {
  readonly limits?: Partial<SourceLimits>;
}

export interface Parsed {
  readonly declared: Declared;
  readonly issues: readonly Issue[];
}

/** What `ombre.yaml` holds. */
export const projectSchema: z.ZodObject = z.strictObject({ project: name, environment: name });

/**
 * Reads YAML (`.yaml`, `.yml`: any number of documents) and JSON (`.json`: a resource or a list of them); other files are read only
 * where an `idsFile` names them. Never throws: everything wrong is in `issues`, and if one is an error nothing should be applied.
 */
export function parseSources(files: readonly SourceFile[], options: ParseOptions = {}): Parsed {
  return finish(createParser(options).parse(files));
}

/** Reads one set of files after another, and of each set only the files that are not as they were in the one before. */
export interface Parser {
  /**
   * The same as {@link parseSources}, in slices: drafts and resources of a file whose text stayed are the same objects as before. Positions of an
   * earlier result then speak of this one.
   */
  parse(files: readonly SourceFile[]): Generator<undefined, Parsed>;
}

interface Remembered {
  readonly text: string;
  readonly reading: FileReading;
}

/** The last set, while edits may be taken into it. */
interface Latest {
  readonly files: readonly SourceFile[];
  readonly set: SourceSet;
  readonly size: number;
}

/** Files whose reading is known pass so fast that a pause after each would cost more than they do. */
const KNOWN_SLICE = 500;

/** More files than this are a checkout rather than an edit. */
const MOST_EDITED = 100;

export function createParser(options: ParseOptions = {}): Parser {
  const limits = { ...sourceLimits, ...options.limits };
  let known = new Map<string, Remembered>();
  let latest: Latest | undefined;
  const withIds = new WeakMap<
    FileDocument,
    { readonly text: string | undefined; readonly reading: IdsReading }
  >();

  /** Files that were edited where they stood, taken into the last set; undefined where that does not tell all. */
  function* edit(files: readonly SourceFile[], { files: before, set, size: sum }: Latest) {
    const edited = editedFiles(before, files);
    if (edited === undefined) return undefined;
    const edits: Edit[] = [];
    let size = sum;
    for (const [old, file] of edited) {
      const was = known.get(file.path)?.reading;
      if (was === undefined) return undefined;
      const now = old.text === file.text ? was : yield* readFile(file, limits, was);
      known.set(file.path, { text: file.text, reading: now });
      edits.push({ file, was, now });
      size += now.size - was.size;
    }
    if (size > limits.files || !edits.every((one) => set.accepts(one))) return undefined;
    for (const one of edits) set.exchange(one);
    latest = { files, set, size };
    return set.finish(files);
  }

  return {
    *parse(files) {
      const edited = latest && (yield* edit(files, latest));
      if (edited !== undefined) return edited;
      latest = undefined;
      const set = new SourceSet(files, limits, withIds);
      const read = new Map<string, Remembered>();
      let size = 0;
      let passed = 0;
      for (const file of files.filter(({ path }) => holdsResources(path))) {
        const before = known.get(file.path);
        const reading =
          before?.text === file.text ? before.reading : yield* readFile(file, limits, before?.reading);
        if (before?.reading === reading && ++passed % KNOWN_SLICE === 0) yield;
        size += reading.size;
        if (size > limits.files) break;
        read.set(file.path, { text: file.text, reading });
        set.take(file, reading);
      }
      known = read;
      if (size <= limits.files) {
        latest = { files, set, size };
        return set.finish(files);
      }
      const all = files.filter(({ path }) => holdsResources(path));
      return tooLarge(
        all.reduce((sum, { text }) => sum + sizeOf(text), 0),
        new SourceSet(files, limits, withIds),
        limits,
      );
    },
  };
}

function tooLarge(size: number, nothing: SourceSet, limits: SourceLimits): Parsed {
  const message = messageOf('SOURCES_TOO_LARGE', { size, limit: limits.files });
  const issue = {
    severity: 'error',
    code: 'SOURCES_TOO_LARGE',
    file: '',
    line: 0,
    column: 0,
    path: '',
  } as const;
  return { ...nothing.finish([]), issues: [{ ...issue, message }] };
}

/** A segment with the ids of another file, and what was wrong with those. */
interface IdsReading extends DocumentReading {
  readonly findings: readonly Omit<Finding, 'resource'>[];
}

/** A file that was read again. */
interface Edit {
  readonly file: SourceFile;
  readonly was: FileReading;
  readonly now: FileReading;
}

/** The files that are other objects than before, each with what it was; undefined where files came or went, and where many changed. */
function editedFiles(
  before: readonly SourceFile[],
  now: readonly SourceFile[],
): readonly (readonly [SourceFile, SourceFile])[] | undefined {
  if (before.length !== now.length) return undefined;
  const edited: (readonly [SourceFile, SourceFile])[] = [];
  for (let index = 0; index < now.length; index++) {
    const [old, file] = [before[index], now[index]];
    if (old === file || old === undefined || file === undefined) continue;
    if (old.path !== file.path || !holdsResources(file.path) || edited.length >= MOST_EDITED)
      return undefined;
    edited.push([old, file]);
  }
  return edited;
}

/** Gathers documents and issues while files are taken in. */
class SourceSet {
  #files: readonly SourceFile[];
  readonly #limits: SourceLimits;
  readonly #withIds: WeakMap<
    FileDocument,
    { readonly text: string | undefined; readonly reading: IdsReading }
  >;
  readonly #issues: Issue[] = [];
  readonly #findings: Finding[] = [];
  readonly #read = new Map<string, { readonly file: SourceFile; readonly reading: FileReading }>();
  readonly #drafts = new Map<string, Draft>();
  /** What is declared, until files are taken in again. */
  #lists: Pick<Declared, 'drafts' | 'resources'> | undefined;
  #project: { readonly file: string; readonly project?: string; readonly environment?: string } | undefined;

  constructor(
    files: readonly SourceFile[],
    limits: SourceLimits,
    withIds: WeakMap<FileDocument, { readonly text: string | undefined; readonly reading: IdsReading }>,
  ) {
    this.#files = files;
    this.#limits = limits;
    this.#withIds = withIds;
  }

  take(file: SourceFile, reading: FileReading): void {
    this.#lists = undefined;
    this.#read.set(file.path, { file, reading });
    this.#issues.push(...reading.issues);
    for (const document of reading.documents) {
      if (isProjectFile(file.path)) this.#takeProject(file.path, document);
      else if (document.read !== undefined) this.#takeResource(document.id, document.read);
      else {
        const read = this.#readIdsFile(document, file.path);
        for (const issue of read.findings) this.#findings.push({ ...issue, resource: document.id });
        this.#takeResource(document.id, read);
      }
    }
  }

  /** Whether an edit makes other documents of the same names, so that nothing else of the set is another than it was. */
  accepts({ file, was, now }: Edit): boolean {
    const plain = this.#issues.length === 0 && this.#findings.length === 0 && now.issues.length === 0;
    if (!plain || isProjectFile(file.path) || was.documents.length !== now.documents.length) return false;
    return now.documents.every(({ read }, index) => {
      const before = was.documents[index]?.read?.draft;
      return (
        before !== undefined &&
        read?.draft?.key === before.key &&
        read.issues.length === 0 &&
        this.#drafts.get(before.key) === before
      );
    });
  }

  /** Takes in an edit that it accepts. */
  exchange({ file, was, now }: Edit): void {
    this.#read.set(file.path, { file, reading: now });
    for (const [index, { read }] of now.documents.entries()) {
      const [before, draft] = [was.documents[index]?.read?.draft, read?.draft];
      if (before === undefined || draft === undefined || before === draft) continue;
      this.#drafts.set(draft.key, draft);
      if (this.#lists === undefined) continue;
      const { drafts, resources } = this.#lists;
      const { resource } = before;
      this.#lists = {
        drafts: exchanged(drafts, before, draft),
        resources:
          resource === undefined || draft.resource === undefined
            ? resources
            : exchanged(resources, resource, draft.resource),
      };
    }
  }

  finish(files: readonly SourceFile[]): Parsed {
    this.#files = files;
    const positions = this.#positions();
    this.#lists ??= listsOf(this.#drafts);
    const { drafts, resources } = this.#lists;
    const { project, environment } = this.#project ?? {};
    return {
      declared: {
        ...(project !== undefined && { project }),
        ...(environment !== undefined && { environment }),
        resources,
        positions,
        drafts,
      },
      issues: orderIssues([...this.#issues, ...this.#findings.map((found) => toIssue(found, positions))]),
    };
  }

  /** Places are looked up where something is wrong: few files, whose trees are made again. A resource is also found by its key. */
  #positions(): Positions {
    const trees = new Map<SourceFile, readonly Written[]>();
    const [read, drafts, limits, withIds] = [this.#read, this.#drafts, this.#limits, this.#withIds];
    const of = (resource: string) => {
      const { path, index } = placeOf(drafts.get(resource)?.id ?? resource);
      const { file, reading } = read.get(path) ?? {};
      const document = reading?.documents[index];
      return file === undefined || document === undefined ? undefined : { file, index, document };
    };
    return positionsOf({
      written(resource) {
        const place = of(resource);
        if (place === undefined) return undefined;
        const known = trees.get(place.file) ?? writtenIn(place.file, limits);
        trees.set(place.file, known);
        return known[place.index];
      },
      nameOf(resource) {
        const document = of(resource)?.document;
        const reading = document && (document.read ?? withIds.get(document)?.reading);
        return reading?.draft?.key;
      },
      has: (resource) => of(resource) !== undefined,
    });
  }

  #takeProject(path: string, { id, value }: FileDocument): void {
    const first = this.#project;
    if (first !== undefined) {
      const at = { resource: id, path: [] };
      this.#findings.push(finding('DUPLICATE_PROJECT', at, {}, { found: first.file }));
      return;
    }
    for (const issue of explainShape(projectSchema, value)) this.#findings.push({ ...issue, resource: id });
    const text = (key: string) =>
      isMapping(value) && typeof value[key] === 'string' ? value[key] : undefined;
    const [project, environment] = [text('project'), text('environment')];
    this.#project = {
      file: path,
      ...(project !== undefined && { project }),
      ...(environment !== undefined && { environment }),
    };
  }

  #takeResource(id: string, { issues, draft }: DocumentReading): void {
    for (const issue of issues) this.#findings.push({ ...issue, resource: id });
    if (draft === undefined) return;
    const first = this.#drafts.get(draft.key);
    if (first === undefined) this.#drafts.set(draft.key, draft);
    else {
      const also = [{ resource: first.id, path: ['metadata', 'name'], message: 'first here' }];
      const at = { resource: id, path: ['metadata', 'name'] };
      this.#findings.push(finding('DUPLICATE_RESOURCE', at, { resource: draft.key }, { also }));
    }
  }

  /** A Segment whose `idsFile` is read into `ids`; the same as last time where that file has not changed. */
  #readIdsFile(document: FileDocument, path: string): IdsReading {
    const beside = besidePath(path, idsFileOf(document.value) ?? '');
    const text = this.#files.find((other) => other.path === beside)?.text;
    const known = this.#withIds.get(document);
    // Of a file that is not there the others are named instead, which may be other ones now.
    if (known !== undefined && text !== undefined && known.text === text) return known.reading;
    const { value, findings } = this.#withIdsOf(document.value, beside, text);
    const { issues, draft } = readAs(document.id, value);
    const reading = {
      issues,
      findings,
      draft: draft && { ...draft, whole: draft.whole && findings.length === 0 },
    };
    this.#withIds.set(document, { text, reading });
    return reading;
  }

  #withIdsOf(
    value: JsonValue,
    beside: string,
    text: string | undefined,
  ): { value: JsonValue; findings: readonly Omit<Finding, 'resource'>[] } {
    const { spec } = value as { readonly spec: Readonly<Record<string, JsonValue>> };
    const { idsFile: _, ids: inline, ...rest } = spec;
    const at = { resource: '', path: ['spec', 'idsFile'] };
    const findings: Finding[] = [];
    let ids: readonly string[] = [];
    if (text === undefined) {
      const others = this.#files.map((other) => other.path).filter((other) => !holdsResources(other));
      const details = {
        expected: 'a file of ids beside the resources',
        found: beside,
        ...didYouMean(beside, others),
      };
      findings.push(finding('IDS_FILE_MISSING', at, { file: beside }, details));
    } else if (sizeOf(text) > this.#limits.idsFile) {
      const words = { size: sizeOf(text), limit: this.#limits.idsFile };
      findings.push(finding('FILE_TOO_LARGE', at, words, { found: beside }));
    } else {
      const list = readIds(text);
      ids = list.ids;
      for (const { line, problem } of list.faults) {
        const place = { file: beside, line, column: 1 };
        findings.push({ ...finding('BAD_ID', at, { file: beside, line, problem }), spot: place });
      }
    }
    const merged = Array.isArray(inline)
      ? [...new Set([...(inline as readonly unknown[]), ...ids])]
      : (inline ?? ids);
    return {
      value: { ...(value as object), spec: { ...rest, ids: merged } } as unknown as JsonValue,
      findings,
    };
  }
}

function listsOf(all: ReadonlyMap<string, Draft>): Pick<Declared, 'drafts' | 'resources'> {
  const drafts = [...all.values()];
  const whole = sortDrafts(drafts.filter((draft) => draft.whole));
  return { drafts, resources: whole.map(({ resource }) => resource as Resource) };
}

/** The list with another item in one's place. */
function exchanged<T>(list: readonly T[], old: T, now: T): readonly T[] {
  const index = list.indexOf(old);
  return index < 0 ? list : list.with(index, now);
}
