import { saidBy } from '../issue/codes.ts';
import { finish } from '../steps.ts';
import type { Parsed } from './declared.ts';
import { type SourceLimits, sourceLimits } from './limits.ts';
import { type FileReading, holdsResources, readFile } from './read-file.ts';
import { createSegmentIds } from './segment-ids.ts';
import { type SourceFile, sizeOf } from './source-file.ts';
import { type Edit, SourceSet } from './source-set.ts';

export interface ParseOptions {
  readonly limits?: Partial<SourceLimits>;
}

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
  const segmentIds = createSegmentIds(limits);

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
      const set = new SourceSet(files, limits, segmentIds);
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
        new SourceSet(files, limits, segmentIds),
        limits,
      );
    },
  };
}

function tooLarge(size: number, nothing: SourceSet, limits: SourceLimits): Parsed {
  const issue = {
    severity: 'error',
    code: 'SOURCES_TOO_LARGE',
    file: '',
    line: 0,
    column: 0,
    path: '',
  } as const;
  return {
    ...nothing.finish([]),
    issues: [{ ...issue, ...saidBy('SOURCES_TOO_LARGE', { size, limit: limits.files }) }],
  };
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
