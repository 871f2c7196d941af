import type { Scope } from '../cel/closure.ts';
import { targetingKey } from '../cel/environment.ts';
import { fromSlot, type Slot } from '../cel/slot.ts';
import { CelError, type CelValue } from '../cel/value.ts';
import { asUnit, readOwn, takeAttribute, targetingKeyOf } from './attribute.ts';
import type { CompiledSnapshot } from './compiled-snapshot.ts';
import { UNREAD } from './schema.ts';
import { isMember, MEMBER, UNKNOWN } from './segment-cell.ts';

/** Attributes, nested or under dotted keys (which win), and the targeting key. Not to be changed while bound. */
export type Context = Readonly<Record<string, unknown>>;

/** One context on one snapshot at one instant, as the engine sees it. Attributes are read when first needed, and once. */
export class BoundContext implements Scope {
  readonly snapshot: CompiledSnapshot;
  readonly context: Context;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What flags are bucketed by unless they name another attribute. */
  readonly unit: string | undefined;
  /** Values by slot; UNREAD until asked for, undefined where missing or of another type than declared. */
  readonly slots: unknown[];
  #derived: Map<string, Readonly<Record<string, unknown>>> | undefined;

  constructor(snapshot: CompiledSnapshot, context: Context, now: number) {
    this.snapshot = snapshot;
    this.context = context;
    this.now = now;
    this.unit = targetingKeyOf(context);
    this.slots = snapshot.schema.blank.slice();
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
    if (attribute === undefined) return readOwn(this.context, name, name.split('.'));
    return attribute.derivedBy === undefined ? readOwn(this.context, name, attribute.path) : undefined;
  }
}

const NOTHING: Readonly<Record<string, unknown>> = {};

const unknownMembership = new CelError('missing', 'Whether the unit is in the segment cannot be told');

/** The value in a slot, read now if nobody did before. */
export function readSlot(bound: BoundContext, slot: number): unknown {
  const value = bound.slots[slot];
  return value === UNREAD ? fillSlot(bound, slot) : value;
}

/** Reads an attribute into its slot and answers it; undefined where it is missing, of another type, or cannot be read. */
export function fillSlot(bound: BoundContext, slot: number): unknown {
  const attribute = bound.snapshot.schema.attributes[slot];
  let value: unknown;
  if (attribute !== undefined) {
    const { name, path, derivedBy } = attribute;
    if (name === targetingKey) value = bound.unit;
    else if (derivedBy === undefined)
      value = takeAttribute(attribute, () => readOwn(bound.context, name, path));
    else value = takeAttribute(attribute, () => readOwn(bound.derived(derivedBy), name, [name]));
  }
  bound.slots[slot] = value;
  return value;
}

/** The unit in a slot: a string that is not empty, or an integer in decimal. */
export function unitIn(bound: BoundContext, slot: number): string | undefined {
  return asUnit(readSlot(bound, slot));
}
