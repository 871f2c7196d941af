import type { VocabularySpec } from '../model/vocabulary.ts';
import { readManifest } from '../snapshot/chunks.ts';
import type { Encoded, EntryKind } from '../snapshot/entry.ts';
import { ID_LISTS, type IdListName, isIdListReference, readPart } from '../snapshot/id-list.ts';
import { type Line, linesOf, readLine } from '../snapshot/line.ts';
import { sortedInSteps } from '../sorted.ts';
import { finish } from '../steps.ts';
import type { CodeVocabulary } from './code-vocabulary.ts';
import {
  type Cells,
  CompiledSnapshot,
  type Instant,
  instantsOf,
  type KeptKind,
  sortedInstants,
} from './compiled-snapshot.ts';
import { Dependents } from './dependents.ts';
import { FlagCell } from './flag-cell.ts';
import { IdSet } from './id-set.ts';
import { Numbering, Roster } from './roster.ts';
import { equip, Schema } from './schema.ts';
import { SegmentCell, segmentSpec } from './segment-cell.ts';
import type { Snapshot } from './snapshot.ts';
import { TableCell } from './table-cell.ts';

export interface CompileOptions {
  readonly vocabularies?: readonly CodeVocabulary[];
  /** What enrichers get as their data. */
  readonly data?: unknown;
  /** Whether code may be generated (`new Function`). Absent: where the process allows it. */
  readonly codegen?: boolean;
}

/** Indexes a snapshot; each flag is compiled when it is first asked for. Never throws on verified bytes. */
export function compileSnapshot(encoded: Encoded, options: CompileOptions = {}): Snapshot {
  return finish(compileInSteps(encoded, options));
}

/** The same in slices of about a millisecond: `next()` until done, between other work. The current snapshot serves meanwhile. */
export function* compileInSteps(
  encoded: Encoded,
  options: CompileOptions = {},
): Generator<undefined, Snapshot> {
  const dependents = new Dependents();
  const numberings = { flags: new Numbering(), segments: new Numbering(), tables: new Numbering() };
  const flags: FlagCell[] = [];
  const lines = new Map<EntryKind, Line[]>();
  const instants: Instant[] = [];
  for (const chunk of encoded.chunks.values()) {
    for (const text of linesOf(chunk)) {
      const line = readLine(text);
      if (line === undefined) continue;
      dependents.note(line);
      for (const instant of instantsOf(line)) instants.push(instant);
      if (line.kind === 'Flag') flags[numberings.flags.of(line.name)] = new FlagCell(line);
      else {
        const same = lines.get(line.kind);
        if (same === undefined) lines.set(line.kind, [line]);
        else same.push(line);
      }
    }
    yield;
  }
  // Names are wanted sorted at once by who follows the snapshot, and thousands take their time.
  const names = yield* sortedInSteps([...numberings.flags.numbers.keys()]);
  const equipment = equip(options.vocabularies ?? [], options.data, options.codegen);
  const schema = new Schema(vocabulariesOf(lines.get('Vocabulary') ?? []), equipment, numberings);

  const segments = new Map<string, SegmentCell>();
  for (const line of lines.get('Segment') ?? []) {
    segments.set(line.name, new SegmentCell(line, yield* idSetsOf(line, encoded), schema));
  }
  yield;
  const kept = (kind: KeptKind) =>
    new Roster<{ readonly line: Line }>(new Numbering()).with(
      new Map((lines.get(kind) ?? []).map((line) => [line.name, { line }])),
    );
  const cells: Cells = {
    Flag: new Roster(numberings.flags, flags),
    Segment: new Roster<SegmentCell>(numberings.segments).with(segments),
    Table: new Roster<TableCell>(numberings.tables).with(
      new Map((lines.get('Table') ?? []).map((line) => [line.name, new TableCell(line, schema)])),
    ),
    kept: {
      Vocabulary: kept('Vocabulary'),
      Upstream: kept('Upstream'),
      Release: kept('Release'),
      Holdout: kept('Holdout'),
      Placement: kept('Placement'),
      Override: kept('Override'),
      BreakGlass: kept('BreakGlass'),
    },
  };
  const requires = readManifest(encoded.manifest)?.requires ?? [];
  return new CompiledSnapshot(encoded.digest, schema, cells, dependents, requires, {
    flags: names,
    instants: sortedInstants(instants),
  });
}

/** The vocabularies that can be read. */
export function vocabulariesOf(lines: readonly Line[]): readonly VocabularySpec[] {
  return lines.flatMap((line) => {
    try {
      const spec = JSON.parse(line.body) as VocabularySpec;
      return typeof spec.attributes === 'object' ? [spec] : [];
    } catch {
      return [];
    }
  });
}

/** The long lists of a segment, a part at a time. A part that is not there is left out. */
function* idSetsOf(line: Line, { blobs }: Encoded): Generator<undefined, { [L in IdListName]?: IdSet }> {
  const sets: { [L in IdListName]?: IdSet } = {};
  const spec = segmentSpec(line);
  for (const list of ID_LISTS) {
    const reference: unknown = spec?.[list];
    if (!isIdListReference(reference)) continue;
    const parts = (function* () {
      for (const digest of reference.blobs) if (blobs.has(digest)) yield readPart(digest, blobs);
    })();
    sets[list] = yield* IdSet.inSteps(parts, reference.count);
  }
  return sets;
}
