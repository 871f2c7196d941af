import { type JsonValue, name, type Resource } from '@ombre/decide/model';
import { isSeq, type Node } from 'yaml';
import { z } from 'zod';
import { type CodeRow, codes, messageOf } from '../issue/codes.ts';
import { type Finding, finding, orderIssues, toIssue } from '../issue/finding.ts';
import type { Issue } from '../issue/issue.ts';
import { didYouMean } from '../issue/suggest.ts';
import type { Draft } from '../shape/draft.ts';
import { explainShape } from '../shape/explain-shape.ts';
import { readDocument } from '../shape/read-document.ts';
import { isMapping } from '../shape/schema-walk.ts';
import { sortResources } from './canonical-order.ts';
import { besidePath, readIds } from './ids-file.ts';
import { jsonFault } from './json-syntax.ts';
import { type SourceLimits, sourceLimits } from './limits.ts';
import { type Positions, positionsOf, type Written } from './positions.ts';
import { type SourceFile, type SourceText, sizeOf, sourceText, spotAt } from './source-file.ts';
import { type Report, treeToJson } from './tree-to-json.ts';
import { yamlDocuments } from './yaml-documents.ts';

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

const projectFile = /(?:^|\/)ombre\.(?:ya?ml|json)$/;
/** What `ombre.yaml` holds. */
export const projectSchema: z.ZodObject = z.strictObject({ project: name, environment: name });

/**
 * Reads YAML (`.yaml`, `.yml`: any number of documents) and JSON (`.json`: a resource or a list of them); other files are read only
 * where an `idsFile` names them. Never throws: everything wrong is in `issues`, and if one is an error nothing should be applied.
 */
export function parseSources(
  files: readonly SourceFile[],
  options: ParseOptions = {},
): { readonly declared: Declared; readonly issues: readonly Issue[] } {
  const reader = new SourceReader(files, { ...sourceLimits, ...options.limits });
  const read = files.filter(({ path }) => /\.(?:ya?ml|json)$/.test(path));
  if (reader.withinTotal(read)) for (const file of read) reader.read(file);
  return reader.finish();
}

/** Gathers documents and issues while files are read. */
class SourceReader {
  readonly #files: readonly SourceFile[];
  readonly #limits: SourceLimits;
  readonly #issues: Issue[] = [];
  readonly #findings: Finding[] = [];
  readonly #written = new Map<string, Written>();
  readonly #drafts = new Map<string, Draft>();
  #project: { readonly file: string; readonly project?: string; readonly environment?: string } | undefined;

  constructor(files: readonly SourceFile[], limits: SourceLimits) {
    this.#files = files;
    this.#limits = limits;
  }

  withinTotal(files: readonly SourceFile[]): boolean {
    const size = files.reduce((sum, { text }) => sum + sizeOf(text), 0);
    const limit = this.#limits.files;
    if (size > limit) this.#atStart('', messageOf('SOURCES_TOO_LARGE', { size, limit }), 'SOURCES_TOO_LARGE');
    return size <= limit;
  }

  read(file: SourceFile): void {
    const limit = this.#limits.file;
    const size = sizeOf(file.text);
    if (size > limit) {
      this.#atStart(file.path, messageOf('FILE_TOO_LARGE', { size, limit }), 'FILE_TOO_LARGE');
      return;
    }
    const source = sourceText(file);
    const report = this.#reporter(source);
    const binary = source.text.indexOf('\0');
    if (binary >= 0) {
      report('NOT_TEXT', [binary, binary + 1], {});
      return;
    }
    if (file.path.endsWith('.json') && !this.#isJson(source, report)) return;
    for (const document of yamlDocuments(source, this.#limits, report)) {
      const root: Node | null = document.contents;
      const { value, aliased } = treeToJson(document, this.#limits, report);
      if (value === undefined || root === null || value === null) continue;
      const written = { source, aliased, name: undefined };
      if (projectFile.test(file.path)) this.#readProject(value, { ...written, root });
      else if (Array.isArray(value) && isSeq(root)) {
        for (const [index, item] of (value as readonly JsonValue[]).entries()) {
          this.#readResource(item, { ...written, root: root.items[index] as Node });
        }
      } else this.#readResource(value, { ...written, root });
    }
  }

  finish(): { readonly declared: Declared; readonly issues: readonly Issue[] } {
    const positions = positionsOf(this.#written);
    const drafts = [...this.#drafts.values()];
    const resources = sortResources(
      drafts.filter(({ whole }) => whole).map(({ resource }) => resource as Resource),
    );
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

  #readProject(value: JsonValue, written: Written): void {
    const id = `${written.source.path}#project`;
    const first = this.#project;
    if (first !== undefined) {
      this.#written.set(`${id}2`, written);
      this.#findings.push(
        finding('DUPLICATE_PROJECT', { resource: `${id}2`, path: [] }, {}, { found: first.file }),
      );
      return;
    }
    this.#written.set(id, written);
    for (const issue of explainShape(projectSchema, value)) this.#findings.push({ ...issue, resource: id });
    const text = (key: string) =>
      isMapping(value) && typeof value[key] === 'string' ? value[key] : undefined;
    const [project, environment] = [text('project'), text('environment')];
    this.#project = {
      file: written.source.path,
      ...(project !== undefined && { project }),
      ...(environment !== undefined && { environment }),
    };
  }

  #readResource(written: JsonValue, place: Written): void {
    const { value, findings } = this.#withIdsFile(written, place.source.path);
    const { issues, draft } = readDocument(value);
    const first = draft && this.#drafts.get(draft.key);
    const id =
      draft !== undefined && first === undefined ? draft.key : `${place.source.path}#${this.#written.size}`;
    this.#written.set(id, { ...place, name: draft?.key });
    for (const issue of [...findings, ...issues]) this.#findings.push({ ...issue, resource: id });
    if (draft === undefined) return;
    if (first === undefined)
      this.#drafts.set(draft.key, { ...draft, id, whole: draft.whole && findings.length === 0 });
    else {
      const also = [{ resource: first.id, path: ['metadata', 'name'], message: 'first here' }];
      const at = { resource: id, path: ['metadata', 'name'] };
      this.#findings.push(finding('DUPLICATE_RESOURCE', at, { resource: draft.key }, { also }));
    }
  }

  /** A Segment whose `idsFile` is read into `ids`. */
  #withIdsFile(
    value: JsonValue,
    path: string,
  ): { value: JsonValue; findings: readonly Omit<Finding, 'resource'>[] } {
    const { kind, spec } = isMapping(value) ? value : {};
    if (!isMapping(value) || kind !== 'Segment' || !isMapping(spec)) return { value, findings: [] };
    const { idsFile: named, ids: inline, ...rest } = spec;
    if (typeof named !== 'string') return { value, findings: [] };
    const at = { resource: '', path: ['spec', 'idsFile'] };
    const beside = besidePath(path, named);
    const file = this.#files.find((other) => other.path === beside);
    const findings: Finding[] = [];
    let ids: readonly string[] = [];
    if (file === undefined) {
      const others = this.#files
        .map((other) => other.path)
        .filter((other) => !/\.(?:ya?ml|json)$/.test(other));
      const details = {
        expected: 'a file of ids beside the resources',
        found: beside,
        ...didYouMean(beside, others),
      };
      findings.push(finding('IDS_FILE_MISSING', at, { file: beside }, details));
    } else if (sizeOf(file.text) > this.#limits.idsFile) {
      const words = { size: sizeOf(file.text), limit: this.#limits.idsFile };
      findings.push(finding('FILE_TOO_LARGE', at, words, { found: beside }));
    } else {
      const list = readIds(file.text);
      ids = list.ids;
      for (const { line, problem } of list.faults) {
        const place = { file: beside, line, column: 1 };
        findings.push({ ...finding('BAD_ID', at, { file: beside, line, problem }), spot: place });
      }
    }
    const merged = Array.isArray(inline)
      ? [...new Set([...(inline as readonly unknown[]), ...ids])]
      : (inline ?? ids);
    return { value: { ...value, spec: { ...rest, ids: merged } } as JsonValue, findings };
  }

  #isJson(source: SourceText, report: Report): boolean {
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

  #reporter(source: SourceText): Report {
    return (code, [start, end], words, more = {}) => {
      const row: CodeRow = codes[code];
      const first = more.also && spotAt(source, more.also[0]);
      this.#issues.push({
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

  #atStart(file: string, message: string, code: 'FILE_TOO_LARGE' | 'SOURCES_TOO_LARGE'): void {
    this.#issues.push({
      severity: 'error',
      code,
      file,
      line: file === '' ? 0 : 1,
      column: file === '' ? 0 : 1,
      path: '',
      message,
    });
  }
}
