import { typeName } from './function.ts';
import {
  type CanonicalKey,
  CelError,
  CelMap,
  CelOptional,
  CelUint,
  type CelValue,
  canonicalKey,
} from './value.ts';

const none = new CelOptional(undefined);

/** `operand.field`, or `operand.?field` when `optional`. Selecting from an optional answers an optional. */
export function selectField(operand: CelValue, field: string, optional: boolean): CelValue | CelError {
  if (operand instanceof CelOptional)
    return operand.value === undefined ? none : selectField(operand.value, field, true);
  if (!(operand instanceof CelMap)) {
    return new CelError('no_such_overload', `A ${typeName(operand)} has no field ${field}`);
  }
  const value = operand.get(field);
  if (optional) return value === undefined ? none : new CelOptional(value);
  return value === undefined ? new CelError('no_such_key', `No such key: ${field}`) : value;
}

/** `has(operand.field)`. */
export function hasField(operand: CelValue, field: string): boolean | CelError {
  if (operand instanceof CelOptional)
    return operand.value === undefined ? false : hasField(operand.value, field);
  if (operand instanceof CelMap) return operand.get(field) !== undefined;
  return new CelError('no_such_overload', `A ${typeName(operand)} has no field ${field}`);
}

/** `operand[index]`, or `operand[?index]` when `optional`. Indexing an optional answers an optional. */
export function elementAt(operand: CelValue, index: CelValue, optional: boolean): CelValue | CelError {
  if (operand instanceof CelOptional)
    return operand.value === undefined ? none : elementAt(operand.value, index, true);
  const value = find(operand, index);
  if (value instanceof CelError) {
    return optional && value.code !== 'no_such_overload' ? none : value;
  }
  return optional ? new CelOptional(value) : value;
}

function find(operand: CelValue, index: CelValue): CelValue | CelError {
  if (operand instanceof CelMap) {
    const value = operand.get(index);
    return value === undefined ? new CelError('no_such_key', `No such key: ${describeKey(index)}`) : value;
  }
  const position = Array.isArray(operand) ? positionOf(index) : undefined;
  if (position === undefined) {
    return new CelError('no_such_overload', `A ${typeName(operand)} has no element at a ${typeName(index)}`);
  }
  const value: CelValue | undefined = (operand as readonly CelValue[])[position];
  return value === undefined ? new CelError('index_out_of_bounds', `No element at ${position}`) : value;
}

function positionOf(index: CelValue): number | undefined {
  if (typeof index === 'bigint') return Number(index);
  if (index instanceof CelUint) return Number(index.value);
  return typeof index === 'number' && Number.isInteger(index) ? index : undefined;
}

function describeKey(key: CelValue): string {
  return String(canonicalKey(key) ?? typeName(key)).slice(0, 100);
}

/** Adds an entry to a map under construction; answers an error for a key that is no key or was there before. */
export function addEntry(
  entries: Map<CanonicalKey, readonly [CelValue, CelValue]>,
  key: CelValue,
  value: CelValue,
): CelError | undefined {
  const canonical = typeof key === 'number' ? undefined : canonicalKey(key);
  if (canonical === undefined)
    return new CelError('invalid_argument', `A ${typeName(key)} cannot be the key of a map`);
  if (entries.has(canonical)) return new CelError('duplicate_key', `Repeated key: ${describeKey(key)}`);
  entries.set(canonical, [key, value]);
  return undefined;
}

/** The value of an optional element or entry: undefined leaves it out. */
export function unwrapElement(value: CelValue): CelValue | CelError | undefined {
  if (value instanceof CelOptional) return value.value;
  return new CelError('no_such_overload', `An element after ? is an optional, not a ${typeName(value)}`);
}

/** What macros iterate over, as pairs: index and element of a list, key and value of a map; an error for anything else. */
export function pairsOf(range: CelValue): Iterable<readonly [first: CelValue, second: CelValue]> | CelError {
  if (range instanceof CelMap) return range.entries();
  if (!Array.isArray(range))
    return new CelError('no_such_overload', `A ${typeName(range)} is neither list nor map`);
  return range.map((item, index) => [BigInt(index), item] as const);
}

/** The error of something that should have been a bool; an error itself stays what it was. */
export function notBool(value: CelValue | CelError): CelError {
  if (value instanceof CelError) return value;
  return new CelError('no_such_overload', `Expected a bool, found a ${typeName(value)}`);
}

/** The error of something that should have been an optional. */
export function notOptional(value: CelValue): CelError {
  return new CelError('no_such_overload', `Expected an optional, found a ${typeName(value)}`);
}

/** How much looking at a value costs, in steps. */
export function weight(value: CelValue): number {
  if (typeof value === 'string' || Array.isArray(value) || value instanceof Uint8Array)
    return value.length >> 3;
  return value instanceof CelMap ? value.size >> 3 : 0;
}
