import type { JsonValue } from '@ombre/decide/model';
import { isSeq, type Node } from 'yaml';
import { type CodeRow, codes, messageOf } from '../issue/codes.ts';
import type { Issue } from '../issue/issue.ts';
import type { Draft } from '../shape/draft.ts';
import { type ReadDocument, readDocument } from '../shape/read-document.ts';
import { isMapping } from '../shape/schema-walk.ts';
import { finish } from '../steps.ts';
import { jsonFault } from './json-syntax.ts';
import type { SourceLimits } from './limits.ts';
import type { Written } from './positions.ts';
import { type SourceFile, type SourceText, sizeOf, sourceText, spotAt } from './source-file.ts';
import { type Report, treeToJson } from './tree-to-json.ts';
import { yamlDocuments } from './yaml-documents.ts';

/** A document as its text alone makes it. */
export interface FileDocument {
  /** Names it in its set: the path, and how many came before it in the file. */
  readonly id: string;
  readonly value: JsonValue;
  /** What it reads as; absent for a project, and for a segment whose ids are in another file. */
  readonly read?: DocumentReading;
}

export interface DocumentReading {
  readonly issues: ReadDocument['issues'];
  readonly draft: Draft | undefined;
}

/** What one file says, whatever stands beside it. Small: trees are made anew where a place is looked up. */
export interface FileReading {
  /** Bytes of UTF-8. */
  readonly size: number;
  /** What is wrong with the text; issues of shape are with the documents. */
  readonly issues: readonly Issue[];
  readonly documents: readonly FileDocument[];
}

const projectFile = /(?:^|\/)ombre\.(?:ya?ml|json)$/;

/** Whether a file names project and environment in place of resources. */
export function isProjectFile(path: string): boolean {
  return projectFile.test(path);
}

/** Whether a file holds resources. */
export function holdsResources(path: string): boolean {
  return /\.(?:ya?ml|json)$/.test(path);
}

/** The file of a document's id, and its place in {@link FileReading.documents}. */
export function placeOf(id: string): { readonly path: string; readonly index: number } {
  const mark = id.lastIndexOf('#');
  return { path: id.slice(0, mark), index: Number(id.slice(mark + 1)) };
}

/** Reads a file of resources, pausing between documents. */
export function* readFile(file: SourceFile, limits: SourceLimits): Generator<undefined, FileReading> {
  const size = sizeOf(file.text);
  const limit = limits.file;
  if (size > limit) {
    const message = messageOf('FILE_TOO_LARGE', { size, limit });
    const issue = { severity: 'error', code: 'FILE_TOO_LARGE', file: file.path, line: 1, column: 1 } as const;
    return { size, issues: [{ ...issue, path: '', message }], documents: [] };
  }
  const issues: Issue[] = [];
  const documents: FileDocument[] = [];
  for (const { value } of yield* trees(file, limits, issues)) {
    documents.push(documentOf(value, `${file.path}#${documents.length}`, isProjectFile(file.path)));
    yield;
  }
  return { size, issues, documents };
}

/** The trees of a file's documents, in the order of {@link FileReading.documents}. */
export function writtenIn(file: SourceFile, limits: SourceLimits): readonly Written[] {
  return finish(trees(file, limits, [])).map(({ written }) => written);
}

function documentOf(value: JsonValue, id: string, project: boolean): FileDocument {
  return project || idsFileOf(value) !== undefined ? { id, value } : { id, value, read: readAs(id, value) };
}

/** Takes a value as the document of an id. */
export function readAs(id: string, value: JsonValue): DocumentReading {
  const { issues, draft } = readDocument(value);
  return { issues, draft: draft && { ...draft, id } };
}

/** The file beside it in which a segment has its ids. */
export function idsFileOf(value: JsonValue): string | undefined {
  const { kind, spec } = isMapping(value) ? value : {};
  const named = kind === 'Segment' && isMapping(spec) ? spec.idsFile : undefined;
  return typeof named === 'string' ? named : undefined;
}

interface Tree {
  readonly value: JsonValue;
  readonly written: Written;
}

function* trees(
  file: SourceFile,
  limits: SourceLimits,
  issues: Issue[],
): Generator<undefined, readonly Tree[]> {
  const source = sourceText(file);
  const report = reporter(source, issues);
  const binary = source.text.indexOf('\0');
  if (binary >= 0) {
    report('NOT_TEXT', [binary, binary + 1], {});
    return [];
  }
  if (file.path.endsWith('.json') && !isJson(source, report)) return [];
  const found: Tree[] = [];
  for (const document of yield* yamlDocuments(source, limits, report)) {
    const root: Node | null = document.contents;
    const { value, aliased } = treeToJson(document, limits, report);
    yield;
    if (value === undefined || root === null || value === null) continue;
    if (!Array.isArray(value) || !isSeq(root) || isProjectFile(file.path)) {
      found.push({ value, written: { source, aliased, root } });
      continue;
    }
    for (const [index, item] of (value as readonly JsonValue[]).entries()) {
      found.push({ value: item, written: { source, aliased, root: root.items[index] as Node } });
    }
  }
  return found;
}

function isJson(source: SourceText, report: Report): boolean {
  try {
    JSON.parse(source.text);
    return true;
  } catch {
    if (source.text.trim() === '') return false;
    const fault = jsonFault(source.text) ?? { offset: 0, problem: 'the text is not JSON' };
    report('JSON_SYNTAX', [fault.offset, fault.offset + 1], { problem: fault.problem });
    return false;
  }
}

function reporter(source: SourceText, issues: Issue[]): Report {
  return (code, [start, end], words, more = {}) => {
    const row: CodeRow = codes[code];
    const first = more.also && spotAt(source, more.also[0]);
    issues.push({
      severity: row.severity,
      code,
      ...spotAt(source, start, end),
      path: '',
      message: messageOf(code, words),
      ...(more.hint !== undefined && { hint: more.hint }),
      ...(more.also !== undefined &&
        first !== undefined && {
          also: [{ message: more.also[1], file: first.file, line: first.line, column: first.column }],
        }),
    });
  };
}
