import type { JsonValue } from '@ombre/decide/model';
import { type Finding, finding } from '../issue/finding.ts';
import { didYouMean } from '../issue/suggest.ts';
import { besidePath, readIds } from './ids-file.ts';
import type { SourceLimits } from './limits.ts';
import { type DocumentReading, type FileDocument, holdsResources, idsFileOf, readAs } from './read-file.ts';
import { type SourceFile, sizeOf } from './source-file.ts';

/** A segment with the ids of another file, and what was wrong with those. */
export interface IdsReading extends DocumentReading {
  readonly findings: readonly Omit<Finding, 'resource'>[];
}

/** Reads segments whose ids are in another file, and again only where that file or the document has changed. */
export interface SegmentIds {
  read(document: FileDocument, path: string, files: readonly SourceFile[]): IdsReading;
  /** What the document was last read as. */
  readBefore(document: FileDocument): IdsReading | undefined;
}

export function createSegmentIds(limits: SourceLimits): SegmentIds {
  const known = new WeakMap<
    FileDocument,
    { readonly text: string | undefined; readonly reading: IdsReading }
  >();
  return {
    read(document, path, files) {
      const beside = besidePath(path, idsFileOf(document.value) ?? '');
      const text = files.find((other) => other.path === beside)?.text;
      const before = known.get(document);
      // Of a file that is not there the others are named instead, which may be other ones now.
      if (before !== undefined && text !== undefined && before.text === text) return before.reading;
      const { value, findings } = withIds(document.value, beside, text, files, limits);
      const { issues, draft } = readAs(document.id, value);
      const reading = {
        issues,
        findings,
        draft: draft && { ...draft, whole: draft.whole && findings.length === 0 },
      };
      known.set(document, { text, reading });
      return reading;
    },
    readBefore: (document) => known.get(document)?.reading,
  };
}

/** The segment with the ids of the file beside it, and of its own, as one list. */
function withIds(
  value: JsonValue,
  beside: string,
  text: string | undefined,
  files: readonly SourceFile[],
  limits: SourceLimits,
): { value: JsonValue; findings: readonly Omit<Finding, 'resource'>[] } {
  const { spec } = value as { readonly spec: Readonly<Record<string, JsonValue>> };
  const { idsFile: _, ids: inline, ...rest } = spec;
  const at = { resource: '', path: ['spec', 'idsFile'] };
  const findings: Finding[] = [];
  let ids: readonly string[] = [];
  if (text === undefined) {
    const others = files.map((other) => other.path).filter((other) => !holdsResources(other));
    const details = {
      expected: 'a file of ids beside the resources',
      found: beside,
      ...didYouMean(beside, others),
    };
    findings.push(finding('IDS_FILE_MISSING', at, { file: beside }, details));
  } else if (sizeOf(text) > limits.idsFile) {
    const words = { size: sizeOf(text), limit: limits.idsFile };
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
