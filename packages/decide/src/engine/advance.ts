import type { VocabularySpec } from '../model/vocabulary.ts';
import type { Delta } from '../snapshot/delta.ts';
import type { Encoded, EntryKind } from '../snapshot/entry.ts';
import { ID_LISTS, isIdListReference } from '../snapshot/id-list.ts';
import { type Line, readLine } from '../snapshot/line.ts';
import { sortedInSteps } from '../sorted.ts';
import { finish } from '../steps.ts';
import { vocabulariesOf } from './compile.ts';
import {
  type Cells,
  CompiledSnapshot,
  type Instant,
  instantsOf,
  type KeptKind,
  sortedInstants,
} from './compiled-snapshot.ts';
import { FlagCell } from './flag-cell.ts';
import { IdSet } from './id-set.ts';
import { Schema } from './schema.ts';
import { type IdSets, SegmentCell, segmentSpec } from './segment-cell.ts';
import type { Snapshot } from './snapshot.ts';
import { TableCell } from './table-cell.ts';

export interface Advanced {
  readonly snapshot: Snapshot;
  /** Names of flags whose answers may differ, sorted. */
  readonly changed: readonly string[];
}

/** The next snapshot, sharing all that did not change. `encoded` is what {@link applyDelta} made of `delta`; the old snapshot stays whole. */
export function advanceSnapshot(snapshot: Snapshot, encoded: Encoded, delta: Delta): Advanced {
  return finish(advanceInSteps(snapshot, encoded, delta));
}

/** Lines read, cells made, between two pauses. */
const SLICE = 100;

/** The same in slices, for deltas that touch much. */
export function* advanceInSteps(
  snapshot: Snapshot,
  encoded: Encoded,
  delta: Delta,
): Generator<undefined, Advanced> {
  const before = compiled(snapshot);
  const changes = new Map<string, Line | undefined>(delta.remove.map((key) => [key, undefined]));
  for (const [index, text] of delta.put.entries()) {
    const line = readLine(text);
    if (line !== undefined) changes.set(line.key, line);
    if (index % SLICE === SLICE - 1) yield;
  }
  // A segment of which only ids changed keeps its line.
  for (const { segment } of delta.ids) {
    const key = `Segment/${segment}`;
    if (!changes.has(key)) changes.set(key, before.lineOf(key));
  }
  for (const line of changes.values()) if (line !== undefined) before.dependents.note(line);
  yield;

  const vocabularyChanged = [...changes.keys()].some((key) => key.startsWith('Vocabulary/'));
  const kept = { ...before.cells.kept };
  for (const kind of Object.keys(kept) as KeptKind[]) {
    kept[kind] = kept[kind].with(
      new Map([...of(kind, changes)].map(([name, line]) => [name, line && { line }])),
    );
  }
  const schema = vocabularyChanged
    ? new Schema(
        vocabulariesOf(lines(kept.Vocabulary.items)),
        before.schema.equipment,
        before.schema.numberings,
      )
    : before.schema;

  const segments = new Map<string, SegmentCell | undefined>();
  for (const [name, line] of of('Segment', changes)) {
    segments.set(
      name,
      line &&
        new SegmentCell(line, yield* changedIdSets(line, before.cells.Segment.get(name), delta), schema),
    );
    yield;
  }
  const tables = new Map(
    [...of('Table', changes)].map(([name, line]) => [name, line && new TableCell(line, schema)] as const),
  );
  const flags = new Map(of('Flag', changes));
  // Releases, overrides and prerequisites are compiled into the flags they bear upon. Segments and tables are looked up, but what they
  // need may be more than this process has, and then their flags are off.
  const inFlags = [...changes].flatMap(([key, line]) => {
    if (/^(Upstream|Vocabulary)\//.test(key)) return [];
    const lookedUp = /^(Segment|Table)\//.test(key);
    return lookedUp && String(line?.needs) === String(before.lineOf(key)?.needs) ? [] : [key];
  });
  const outdated = new Set(before.affectedFlags(inFlags));

  if (vocabularyChanged) {
    for (const cell of before.cells.Segment.items) {
      if (cell !== undefined && !segments.has(cell.line.name))
        segments.set(cell.line.name, new SegmentCell(cell.line, cell.idSets, schema));
    }
    for (const cell of before.cells.Table.items) {
      if (cell !== undefined && !tables.has(cell.line.name))
        tables.set(cell.line.name, new TableCell(cell.line, schema));
    }
    for (const flag of before.flags) outdated.add(flag);
  }

  const draft = new CompiledSnapshot(
    encoded.digest,
    schema,
    {
      Flag: before.cells.Flag,
      Segment: before.cells.Segment.with(segments),
      Table: before.cells.Table.with(tables),
      kept,
    },
    before.dependents,
    delta.requires,
  );
  for (const flag of draft.affectedFlags(inFlags)) outdated.add(flag);
  for (const flag of outdated) {
    const line = flags.has(flag) ? flags.get(flag) : before.cells.Flag.get(flag)?.line;
    if (line !== undefined) flags.set(flag, line);
  }
  const made = new Map<string, FlagCell | undefined>();
  for (const [name, line] of flags) {
    made.set(name, line && new FlagCell(line));
    if (made.size % SLICE === 0) yield;
  }
  const cells: Cells = { ...draft.cells, Flag: before.cells.Flag.with(made) };
  const after = new CompiledSnapshot(encoded.digest, schema, cells, before.dependents, delta.requires, {
    flags: yield* namesAfter(before, of('Flag', changes)),
    instants: instantsAfter(before, changes),
  });
  yield;

  const keys = [...changes.keys()].filter((key) => !/^(Upstream|Vocabulary)\//.test(key));
  if (vocabularyChanged) keys.push(...readersOf(changedAttributes(before, after), after));
  const changed = new Set([...before.affectedFlags(keys), ...after.affectedFlags(keys)]);
  return { snapshot: after, changed: yield* sortedInSteps([...changed]) };
}

/** Names of flags, sorted: those before, without those that went and with those that came. */
function* namesAfter(
  before: CompiledSnapshot,
  changes: Iterable<[name: string, line: Line | undefined]>,
): Generator<undefined, readonly string[]> {
  const [came, went] = [new Set<string>(), new Set<string>()];
  for (const [name, line] of changes) {
    if ((before.cells.Flag.get(name) === undefined) === (line === undefined)) continue;
    (line === undefined ? went : came).add(name);
  }
  if (came.size + went.size === 0) return before.flags;
  return yield* sortedInSteps([...before.flags.filter((name) => !went.has(name)), ...came]);
}

function instantsAfter(
  { instants }: CompiledSnapshot,
  changes: ReadonlyMap<string, Line | undefined>,
): readonly Instant[] {
  const fresh = [...changes.values()].flatMap((line) => (line === undefined ? [] : instantsOf(line)));
  const kept = instants.filter(({ key }) => !changes.has(key));
  return fresh.length === 0 && kept.length === instants.length
    ? instants
    : sortedInstants([...kept, ...fresh]);
}

/** The engine's view of a snapshot; others cannot be advanced or bound. */
export function compiled(snapshot: Snapshot): CompiledSnapshot {
  if (snapshot instanceof CompiledSnapshot) return snapshot;
  throw new TypeError('this snapshot was not compiled here');
}

function* of(
  kind: EntryKind,
  changes: ReadonlyMap<string, Line | undefined>,
): Generator<[name: string, line: Line | undefined]> {
  const prefix = `${kind}/`;
  for (const [key, line] of changes) if (key.startsWith(prefix)) yield [key.slice(prefix.length), line];
}

function lines(items: readonly ({ readonly line: Line } | undefined)[]): readonly Line[] {
  return items.flatMap((item) => (item === undefined ? [] : [item.line]));
}

/** The long lists a segment has after a delta, sharing the parts that stayed. */
function* changedIdSets(
  line: Line,
  before: SegmentCell | undefined,
  delta: Delta,
): Generator<undefined, IdSets> {
  const spec = segmentSpec(line);
  const sets: { -readonly [L in keyof IdSets]: IdSets[L] } = {};
  for (const list of ID_LISTS) {
    if (!isIdListReference(spec?.[list])) continue;
    const change = delta.ids.find((one) => one.segment === line.name && one.list === list);
    const base = before?.idSets[list] ?? IdSet.of([], change?.add.length);
    sets[list] = change === undefined ? base : yield* base.with(change.add, change.remove);
  }
  return sets;
}

/** Attributes that are new, gone, or of another type or origin. */
function changedAttributes(before: CompiledSnapshot, after: CompiledSnapshot): readonly string[] {
  const declared = (snapshot: CompiledSnapshot) => {
    const specs: readonly VocabularySpec[] = vocabulariesOf(lines(snapshot.cells.kept.Vocabulary.items));
    return new Map(specs.flatMap(({ attributes }) => Object.entries(attributes)));
  };
  const [old, now] = [declared(before), declared(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((name) => {
    const [a, b] = [old.get(name), now.get(name)];
    return a?.type !== b?.type || a?.derivedBy !== b?.derivedBy;
  });
}

/** Keys of entries whose text has the last part of an attribute's name: all that can read it, and perhaps some more. */
function readersOf(attributes: readonly string[], { cells }: CompiledSnapshot): readonly string[] {
  const leaves = attributes.map((name) => name.slice(name.lastIndexOf('.') + 1));
  const { Release, Placement, Holdout } = cells.kept;
  return [cells.Flag, cells.Segment, cells.Table, Release, Placement, Holdout]
    .flatMap((roster) => lines(roster.items))
    .filter(({ body }) => leaves.some((leaf) => body.includes(leaf)))
    .map(({ key }) => key);
}
