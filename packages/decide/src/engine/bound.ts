import type { Scope } from '../cel/closure.ts';
import { targetingKey } from '../cel/environment.ts';
import { fromSlot, type Slot, toSlot } from '../cel/slot.ts';
import { CelError, type CelValue } from '../cel/value.ts';
import { type Attribute, asUnit, readOwn, targetingKeyOf } from './attribute.ts';
import type { CompiledSnapshot } from './compiled-snapshot.ts';
import type { Schema } from './schema.ts';
import { isMember, MEMBER, UNKNOWN } from './segment-cell.ts';
import { loadSlot, Slots, storeSlot, UNREAD } from './slots.ts';

/** Attributes, nested or under dotted keys (which win), and the targeting key. Not to be changed while bound. */
export type Context = Readonly<Record<string, unknown>>;

/** One context on one snapshot at one instant, as the engine sees it. Attributes are read when first needed, and once. */
export class BoundContext extends Slots implements Scope {
  declare readonly snapshot: CompiledSnapshot;
  declare readonly context: Context;
  /** Milliseconds since 1970. */
  declare readonly now: number;
  /** What flags are bucketed by unless they name another attribute. */
  declare readonly unit: string | undefined;
  #derived: Map<string, Readonly<Record<string, unknown>>> | undefined;

  constructor(snapshot: CompiledSnapshot, context: Context, now: number) {
    super(snapshot.schema.blank);
    this.snapshot = snapshot;
    this.context = context;
    this.now = now;
    this.unit = targetingKeyOf(context);
    this.#derived = undefined;
  }

  /** What an enricher answers for this context, asked once. Throws what it throws. */
  derived(name: string): Readonly<Record<string, unknown>> {
    this.#derived ??= new Map();
    let values = this.#derived.get(name);
    if (values === undefined) {
      this.#derived.set(name, NOTHING);
      const { enrichers, data } = this.snapshot.schema.equipment;
      values = enrichers.get(name)?.derive((attribute) => this.#given(attribute), this.now, data) ?? NOTHING;
      this.#derived.set(name, values);
    }
    return values;
  }

  attribute(name: string): CelValue | undefined {
    const { schema } = this.snapshot;
    const slot = schema.slotOf(name);
    const attribute = slot === undefined ? undefined : schema.attributes[slot];
    if (slot === undefined || attribute === undefined) return undefined;
    const value = readSlot(this, slot);
    return value === undefined ? undefined : fromSlot(value as Slot, attribute.type);
  }

  inSegment(name: string): boolean | CelError {
    const number = this.snapshot.segments.numbering.numbers.get(name);
    const truth = number === undefined ? UNKNOWN : isMember(this, number);
    return truth === UNKNOWN ? unknownMembership : truth === MEMBER;
  }

  /** An attribute as the caller gave it; derived ones are nobody's to give. */
  #given(name: string): unknown {
    const { schema } = this.snapshot;
    const slot = schema.slotOf(name);
    const attribute = slot === undefined ? undefined : schema.attributes[slot];
    if (attribute === undefined) return readOwn(this.context, name);
    return attribute.derivedBy === undefined ? attribute.read(this.context) : undefined;
  }
}

const NOTHING: Readonly<Record<string, unknown>> = {};

const unknownMembership = new CelError('missing', 'Whether the unit is in the segment cannot be told');

/** The value in a slot, read now if nobody did before. */
export function readSlot(bound: BoundContext, slot: number): unknown {
  const value = loadSlot(bound, slot);
  return value === UNREAD ? fillSlot(bound, slot) : value;
}

/** Reads an attribute into its slot and answers it; undefined where it is missing, of another type, or cannot be read. */
export function fillSlot(bound: BoundContext, slot: number): unknown {
  let value: unknown;
  try {
    const attribute = bound.snapshot.schema.attributes[slot];
    if (attribute !== undefined) value = toSlot(readAttribute(bound, attribute), attribute.type);
  } catch {
    // A getter, a proxy or an enricher threw: the attribute is missing.
  }
  storeSlot(bound, slot, value);
  return value;
}

function readAttribute(bound: BoundContext, { name, derivedBy, read }: Attribute): unknown {
  if (derivedBy !== undefined) return readOwn(bound.derived(derivedBy), name);
  return name === targetingKey ? bound.unit : read(bound.context);
}

/** What is bucketed of a context; undefined where it is missing. */
export type UnitReader = (bound: BoundContext) => string | undefined;

/** Reads an attribute as a unit; the targeting key where none is named. */
export function unitReader(schema: Schema, attribute: string | undefined): UnitReader {
  if (attribute === undefined) return (bound) => bound.unit;
  const slot = schema.slotOf(attribute);
  return slot === undefined ? () => undefined : (bound) => unitIn(bound, slot);
}

/** The unit in a slot: a string that is not empty, or an integer in decimal. */
export function unitIn(bound: BoundContext, slot: number): string | undefined {
  return asUnit(readSlot(bound, slot));
}
