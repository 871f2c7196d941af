import type { JsonValue } from '@ombre/decide/model';
import { isSeq, type Node } from 'yaml';
import { type CodeRow, codes, saidBy } from '../issue/codes.ts';
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
import { yamlPieces } from './yaml-pieces.ts';

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
  /** What its pieces say, by their text, where it was read piece by piece. */
  readonly pieces?: ReadonlyMap<string, Piece>;
}

/** The documents of a part of a file, in which nothing is wrong. */
interface Piece {
  readonly size: number;
  readonly documents: readonly FileDocument[];
}

const projectFile = /(?:^|\/)ombre\.(?:ya?ml|json)$/;

function isYaml(path: string): boolean {
  return /\.ya?ml$/.test(path);
}

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

/** Reads a file of resources, pausing between documents. Of those that stand in the reading before, only what changed around them is read. */
export function* readFile(
  file: SourceFile,
  limits: SourceLimits,
  before?: FileReading,
): Generator<undefined, FileReading> {
  const limit = limits.file;
  const texts = isYaml(file.path) ? yamlPieces(file.text) : undefined;
  let size = 0;
  for (const text of texts ?? [file.text]) {
    size += before?.pieces?.get(text)?.size ?? sizeOf(text);
    if (texts !== undefined) yield;
  }
  if (size > limit) {
    const issue = { severity: 'error', code: 'FILE_TOO_LARGE', file: file.path, line: 1, column: 1 } as const;
    return {
      size,
      issues: [{ ...issue, path: '', ...saidBy('FILE_TOO_LARGE', { size, limit }) }],
      documents: [],
    };
  }
  const inPieces = texts && (yield* readPieces(file.path, texts, limits, before?.pieces));
  if (inPieces !== undefined) return { size, issues: [], ...inPieces };
  const issues: Issue[] = [];
  const documents = yield* documentsIn(file, limits, issues, 0);
  return { size, issues, documents };
}

function* documentsIn(
  file: SourceFile,
  limits: SourceLimits,
  issues: Issue[],
  first: number,
): Generator<undefined, readonly FileDocument[]> {
  const documents: FileDocument[] = [];
  for (const { value } of yield* trees(file, limits, issues)) {
    documents.push(documentOf(value, idOf(file.path, first + documents.length), isProjectFile(file.path)));
    yield;
  }
  return documents;
}

/** Each piece by itself, so that no more than one is held as a tree; undefined where something is wrong, whose place only the whole tells. */
function* readPieces(
  path: string,
  texts: readonly string[],
  limits: SourceLimits,
  known?: ReadonlyMap<string, Piece>,
): Generator<undefined, Pick<FileReading, 'documents' | 'pieces'> | undefined> {
  const documents: FileDocument[] = [];
  const pieces = new Map<string, Piece>();
  const issues: Issue[] = [];
  for (const text of texts) {
    const same = known?.get(text);
    const first = documents.length;
    const read =
      same === undefined
        ? yield* documentsIn({ path, text }, limits, issues, first)
        : same.documents.map((document, at) => renamed(document, idOf(path, first + at)));
    if (issues.length > 0 || first + read.length > limits.documents) return undefined;
    for (const document of read) documents.push(document);
    pieces.set(text, { size: same?.size ?? sizeOf(text), documents: read });
    yield;
  }
  return { documents, pieces };
}

function idOf(path: string, index: number): string {
  return `${path}#${index}`;
}

function renamed(document: FileDocument, id: string): FileDocument {
  if (document.id === id) return document;
  const { value, read } = document;
  if (read === undefined) return { id, value };
  return { id, value, read: { ...read, draft: read.draft && { ...read.draft, id } } };
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
      found: textAt(source, start, end),
      ...saidBy(code, words),
      ...(more.hint !== undefined && { hint: more.hint }),
      ...(more.also !== undefined &&
        first !== undefined && {
          also: [{ message: more.also[1], file: first.file, line: first.line, column: first.column }],
        }),
    });
  };
}

/** The first line of what is written there, as far as a message takes it. */
function textAt({ text }: SourceText, start: number, end: number): string {
  const [line = ''] = text.slice(start, end).trim().split('\n');
  if (line === '') return start >= text.trimEnd().length ? 'the end of the text' : 'nothing';
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
