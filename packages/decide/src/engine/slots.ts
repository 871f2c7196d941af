/** Stands in a slot that was not read yet. */
export const UNREAD: unique symbol = Symbol('unread');

/** How many slots are fields. */
export const FIELDS = 16;

const NO_REST: unknown[] = [];

/**
 * Values by number: UNREAD until asked for, undefined where missing or of another type than declared. The first are fields, because one
 * object is faster to make and to read than an object, an array and its elements (measured: a tenth of a rule's time); `rest` has the others.
 */
export class Slots {
  declare s0: unknown;
  declare s1: unknown;
  declare s2: unknown;
  declare s3: unknown;
  declare s4: unknown;
  declare s5: unknown;
  declare s6: unknown;
  declare s7: unknown;
  declare s8: unknown;
  declare s9: unknown;
  declare s10: unknown;
  declare s11: unknown;
  declare s12: unknown;
  declare s13: unknown;
  declare s14: unknown;
  declare s15: unknown;
  declare readonly rest: unknown[];

  /** `blank` holds an UNREAD for each slot beyond the fields. */
  constructor(blank: readonly unknown[]) {
    this.s0 = UNREAD;
    this.s1 = UNREAD;
    this.s2 = UNREAD;
    this.s3 = UNREAD;
    this.s4 = UNREAD;
    this.s5 = UNREAD;
    this.s6 = UNREAD;
    this.s7 = UNREAD;
    this.s8 = UNREAD;
    this.s9 = UNREAD;
    this.s10 = UNREAD;
    this.s11 = UNREAD;
    this.s12 = UNREAD;
    this.s13 = UNREAD;
    this.s14 = UNREAD;
    this.s15 = UNREAD;
    this.rest = blank.length === 0 ? NO_REST : blank.slice();
  }
}

export function loadSlot(slots: Slots, slot: number): unknown {
  switch (slot) {
    case 0:
      return slots.s0;
    case 1:
      return slots.s1;
    case 2:
      return slots.s2;
    case 3:
      return slots.s3;
    case 4:
      return slots.s4;
    case 5:
      return slots.s5;
    case 6:
      return slots.s6;
    case 7:
      return slots.s7;
    case 8:
      return slots.s8;
    case 9:
      return slots.s9;
    case 10:
      return slots.s10;
    case 11:
      return slots.s11;
    case 12:
      return slots.s12;
    case 13:
      return slots.s13;
    case 14:
      return slots.s14;
    case 15:
      return slots.s15;
    default:
      return slots.rest[slot - FIELDS];
  }
}

export function storeSlot(slots: Slots, slot: number, value: unknown): void {
  switch (slot) {
    case 0:
      slots.s0 = value;
      break;
    case 1:
      slots.s1 = value;
      break;
    case 2:
      slots.s2 = value;
      break;
    case 3:
      slots.s3 = value;
      break;
    case 4:
      slots.s4 = value;
      break;
    case 5:
      slots.s5 = value;
      break;
    case 6:
      slots.s6 = value;
      break;
    case 7:
      slots.s7 = value;
      break;
    case 8:
      slots.s8 = value;
      break;
    case 9:
      slots.s9 = value;
      break;
    case 10:
      slots.s10 = value;
      break;
    case 11:
      slots.s11 = value;
      break;
    case 12:
      slots.s12 = value;
      break;
    case 13:
      slots.s13 = value;
      break;
    case 14:
      slots.s14 = value;
      break;
    case 15:
      slots.s15 = value;
      break;
    default:
      slots.rest[slot - FIELDS] = value;
  }
}

/** The slot as generated code reads it from the slots called `name`. */
export function slotCode(name: string, slot: number): string {
  return slot < FIELDS ? `${name}.s${slot}` : `${name}.rest[${slot - FIELDS}]`;
}
