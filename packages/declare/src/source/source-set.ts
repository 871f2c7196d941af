import { name, type Resource } from '@ombre/decide/model';
import { z } from 'zod';
import { type Finding, finding, orderIssues, toIssue } from '../issue/finding.ts';
import type { Issue } from '../issue/issue.ts';
import type { Draft } from '../shape/draft.ts';
import { explainShape } from '../shape/explain-shape.ts';
import { isMapping } from '../shape/schema-walk.ts';
import { sortDrafts } from './canonical-order.ts';
import type { Declared, Parsed } from './declared.ts';
import type { SourceLimits } from './limits.ts';
import { type Positions, positionsOf, type Written } from './positions.ts';
import {
  type DocumentReading,
  type FileDocument,
  type FileReading,
  isProjectFile,
  placeOf,
  writtenIn,
} from './read-file.ts';
import type { SegmentIds } from './segment-ids.ts';
import type { SourceFile } from './source-file.ts';

/** What `ombre.yaml` holds. */
export const projectSchema: z.ZodObject = z.strictObject({ project: name, environment: name });

/** A file that was read again. */
export interface Edit {
  readonly file: SourceFile;
  readonly was: FileReading;
  readonly now: FileReading;
}

/** Gathers documents and issues while files are taken in. */
export class SourceSet {
  #files: readonly SourceFile[];
  readonly #limits: SourceLimits;
  readonly #segmentIds: SegmentIds;
  readonly #issues: Issue[] = [];
  readonly #findings: Finding[] = [];
  readonly #read = new Map<string, { readonly file: SourceFile; readonly reading: FileReading }>();
  readonly #drafts = new Map<string, Draft>();
  /** What is declared, until files are taken in again. */
  #lists: Pick<Declared, 'drafts' | 'resources'> | undefined;
  #project: { readonly file: string; readonly project?: string; readonly environment?: string } | undefined;

  constructor(files: readonly SourceFile[], limits: SourceLimits, segmentIds: SegmentIds) {
    this.#files = files;
    this.#limits = limits;
    this.#segmentIds = segmentIds;
  }

  take(file: SourceFile, reading: FileReading): void {
    this.#lists = undefined;
    this.#read.set(file.path, { file, reading });
    this.#issues.push(...reading.issues);
    for (const document of reading.documents) {
      if (isProjectFile(file.path)) this.#takeProject(file.path, document);
      else if (document.read !== undefined) this.#takeResource(document.id, document.read);
      else {
        const read = this.#segmentIds.read(document, file.path, this.#files);
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
    const [read, drafts, limits, ids] = [this.#read, this.#drafts, this.#limits, this.#segmentIds];
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
        const reading = document && (document.read ?? ids.readBefore(document));
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
