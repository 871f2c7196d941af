import type { CelType } from './type.ts';
import type { CelValue } from './value.ts';

/**
 * What a bound context holds for an attribute of a declared type: a JavaScript number for int, uint and double, a string, a
 * boolean, otherwise the `CelValue`.
 */
export type Slot = CelValue;

/**
 * Takes a value of a context (JSON, or a bigint or Uint8Array from code) as the declared type; undefined when it is missing or of
 * another type. An int or uint is a safe integer; timestamps are RFC 3339 text, durations text as `1h30m`, bytes base64. Under `dyn` a number is a double.
 */
export function toSlot(_value: unknown, _type: CelType): Slot | undefined {
  throw new Error('being written');
}

/** The value CEL sees for a slot: numbers of an int or uint attribute become such. */
export function fromSlot(_slot: Slot, _type: CelType): CelValue {
  throw new Error('being written');
}
