import type { JsonValue } from '../model/json.ts';
import type { SegmentSpec } from '../model/segment.ts';
import type { IdListName } from '../snapshot/id-list.ts';
import type { Line } from '../snapshot/line.ts';
import { type BoundContext, unitIn } from './bound.ts';
import { isCircular } from './circle.ts';
import type { CompiledSnapshot } from './compiled-snapshot.ts';
import type { Condition } from './condition.ts';
import { IdSet } from './id-set.ts';
import type { Schema } from './schema.ts';

/** The three answers to "is the unit in the segment"; a number each, because they are asked for in the middle of conditions. */
export const STRANGER = 0;
export const MEMBER = 1;
export const UNKNOWN = 2;
export type Membership = typeof STRANGER | typeof MEMBER | typeof UNKNOWN;

/** Long id lists of a segment, which live beside its line. */
export type IdSets = { readonly [L in IdListName]?: IdSet };

/** A segment of a snapshot, compiled when first asked. */
export class SegmentCell {
  readonly line: Line;
  readonly idSets: IdSets;
  readonly #schema: Schema;
  #test: ((bound: BoundContext) => Membership) | undefined;

  constructor(line: Line, idSets: IdSets, schema: Schema) {
    this.line = line;
    this.idSets = idSets;
    this.#schema = schema;
    this.#test = undefined;
  }

  membership(bound: BoundContext): Membership {
    this.#test ??= this.#compile(bound.snapshot);
    return this.#test(bound);
  }

  #compile(snapshot: CompiledSnapshot): (bound: BoundContext) => Membership {
    return isCircular(this.line, (key) => snapshot.lineOf(key))
      ? () => UNKNOWN
      : compileSegment(this.line, this.idSets, this.#schema);
  }
}

/** Whether the unit is in the segment of a number. A segment that is not there cannot be told. */
export function isMember(bound: BoundContext, number: number): Membership {
  const cell = bound.snapshot.segments.items[number];
  return cell === undefined ? UNKNOWN : cell.membership(bound);
}

/** The spec as the line has it; long lists are in the id sets. undefined where the line is none. */
export function segmentSpec(line: Line): SegmentSpec | undefined {
  try {
    const spec = JSON.parse(line.body) as JsonValue;
    return typeof spec === 'object' && spec !== null ? (spec as SegmentSpec) : undefined;
  } catch {
    return undefined;
  }
}

/** One list of a segment as a set: the long one beside the line, or the short one within. */
export function idSetOf(spec: SegmentSpec, idSets: IdSets, list: IdListName): IdSet | undefined {
  const ids = spec[list];
  return (
    idSets[list] ?? (Array.isArray(ids) && ids.length > 0 ? IdSet.of(ids as readonly string[]) : undefined)
  );
}

function compileSegment(line: Line, idSets: IdSets, schema: Schema): (bound: BoundContext) => Membership {
  const spec = segmentSpec(line);
  if (spec === undefined) return () => UNKNOWN;
  const listed = idSetOf(spec, idSets, 'ids');
  const excluded = idSetOf(spec, idSets, 'exclude');
  const condition = spec.when === undefined ? undefined : schema.condition(spec.when);
  const slot = spec.unit === undefined ? undefined : schema.slotOf(spec.unit);
  const unitOf =
    spec.unit === undefined
      ? (bound: BoundContext) => bound.unit
      : (bound: BoundContext) => (slot === undefined ? undefined : unitIn(bound, slot));

  if (listed !== undefined && excluded === undefined && condition === undefined) {
    return (bound) => {
      const unit = unitOf(bound);
      if (unit === undefined) return UNKNOWN;
      return listed.has(unit) ? MEMBER : STRANGER;
    };
  }
  const listing = listed === undefined ? undefined : (unit: string | undefined) => told(listed, unit);
  return (bound) => {
    const unit = listing === undefined && excluded === undefined ? undefined : unitOf(bound);
    const barred = excluded === undefined ? STRANGER : told(excluded, unit);
    if (barred === MEMBER) return STRANGER;
    const onList = listing === undefined ? STRANGER : listing(unit);
    const matching = onList === MEMBER || condition === undefined ? STRANGER : truthOf(condition, bound);
    if (onList === MEMBER || matching === MEMBER) return barred === UNKNOWN ? UNKNOWN : MEMBER;
    return onList === UNKNOWN || matching === UNKNOWN ? UNKNOWN : STRANGER;
  };
}

function told(ids: IdSet, unit: string | undefined): Membership {
  if (unit === undefined) return UNKNOWN;
  return ids.has(unit) ? MEMBER : STRANGER;
}

function truthOf(condition: Condition, bound: BoundContext): Membership {
  if (condition.isTrue(bound)) return MEMBER;
  return condition.isFalse(bound) ? STRANGER : UNKNOWN;
}
