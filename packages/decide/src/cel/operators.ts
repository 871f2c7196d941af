import { typeName } from './function.ts';
import type { BinaryOperator } from './ir.ts';
import { maxLength } from './limits.ts';
import { type Meter, tooLong } from './meter.ts';
import {
  CelDuration,
  CelError,
  CelMap,
  type CelObject,
  CelOptional,
  CelTimestamp,
  CelTypeName,
  CelUint,
  type CelValue,
} from './value.ts';

/** CEL's equality: numbers by value whatever their types, lists and maps deep, values of other different types unequal. */
export function equals(left: CelValue, right: CelValue, meter: Meter): boolean {
  meter.steps--;
  if (meter.steps < 0) return false;
  const number = numeric(left);
  if (number !== undefined) {
    const other = numeric(right);
    return other !== undefined && sameNumber(number, other);
  }
  if (typeof left === 'string' || typeof left === 'boolean' || left === null) return left === right;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, i) => equals(item, right[i], meter));
  }
  if (left instanceof CelMap) {
    if (!(right instanceof CelMap) || left.size !== right.size) return false;
    for (const [key, value] of left.entries()) {
      const other = right.get(key);
      if (other === undefined || !equals(value, other, meter)) return false;
    }
    return true;
  }
  if (left instanceof Uint8Array) {
    meter.steps -= left.length >> 3;
    return right instanceof Uint8Array && compareBytes(left, right) === 0;
  }
  if (left instanceof CelTimestamp) return right instanceof CelTimestamp && left.nanos === right.nanos;
  if (left instanceof CelDuration) return right instanceof CelDuration && left.nanos === right.nanos;
  if (left instanceof CelTypeName) return right instanceof CelTypeName && left.name === right.name;
  if (left instanceof CelOptional) {
    if (!(right instanceof CelOptional)) return false;
    if (left.value === undefined || right.value === undefined) return left.value === right.value;
    return equals(left.value, right.value, meter);
  }
  return typeName(left) === typeName(right) && (left as CelObject).equals(right as CelObject);
}

/** An int or uint beside a double is compared as the double next to it, as the reference implementation does beyond 2^53. */
function sameNumber(a: bigint | number, b: bigint | number): boolean {
  return typeof a === typeof b ? a === b : Number(a) === Number(b);
}

/** The number a value is, or undefined: an int and a uint as bigint, a double as number. */
export function numeric(value: CelValue): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof CelUint ? value.value : undefined;
}

/** Every binary operator but `==` and `!=`, which never fail. */
export function operate(
  operator: Exclude<BinaryOperator, '==' | '!='>,
  left: CelValue,
  right: CelValue,
  meter: Meter,
): CelValue | CelError {
  switch (operator) {
    case 'in':
      return contains(right, left, meter) ?? noOverload(operator, left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return order(operator, left, right);
    default:
      return arithmetic(operator, left, right);
  }
}

function noOverload(operator: string, left: CelValue, right: CelValue): CelError {
  return new CelError(
    'no_such_overload',
    `No such operation: ${typeName(left)} ${operator} ${typeName(right)}`,
  );
}

function contains(container: CelValue, value: CelValue, meter: Meter): boolean | undefined {
  if (Array.isArray(container)) return container.some((item) => equals(item, value, meter));
  return container instanceof CelMap ? container.get(value) !== undefined : undefined;
}

function order(operator: '<' | '<=' | '>' | '>=', left: CelValue, right: CelValue): boolean | CelError {
  const one = numeric(left);
  const two = numeric(right);
  if (one !== undefined && two !== undefined) {
    const mixed = typeof one !== typeof two;
    const a = mixed ? Number(one) : one;
    const b = mixed ? Number(two) : two;
    return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
  }
  const sign = compareLike(left, right);
  if (sign === undefined) return noOverload(operator, left, right);
  return operator === '<'
    ? sign < 0
    : operator === '<='
      ? sign <= 0
      : operator === '>'
        ? sign > 0
        : sign >= 0;
}

function compareLike(left: CelValue, right: CelValue): number | undefined {
  if (typeof left === 'string') return typeof right === 'string' ? compareText(left, right) : undefined;
  if (typeof left === 'boolean') return typeof right === 'boolean' ? Number(left) - Number(right) : undefined;
  if (left instanceof Uint8Array) return right instanceof Uint8Array ? compareBytes(left, right) : undefined;
  const timestamps = left instanceof CelTimestamp && right instanceof CelTimestamp;
  const durations = left instanceof CelDuration && right instanceof CelDuration;
  if (!timestamps && !durations) return undefined;
  return left.nanos < right.nanos ? -1 : left.nanos > right.nanos ? 1 : 0;
}

/** Orders texts by code point; JavaScript's own order is by UTF-16 unit, which differs beyond U+FFFF. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

type Arithmetic = '+' | '-' | '*' | '/' | '%';

function arithmetic(operator: Arithmetic, left: CelValue, right: CelValue): CelValue | CelError {
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    const result = integer(operator, left, right);
    return typeof result === 'bigint' ? toInt(result) : result;
  }
  if (typeof left === 'number' && typeof right === 'number' && operator !== '%') {
    if (operator === '+') return left + right;
    if (operator === '-') return left - right;
    return operator === '*' ? left * right : left / right;
  }
  if (left instanceof CelUint && right instanceof CelUint) {
    const result = integer(operator, left.value, right.value);
    return typeof result === 'bigint' ? toUint(result) : result;
  }
  if (operator === '+') return add(left, right);
  if (operator === '-' && right instanceof CelDuration) {
    if (left instanceof CelTimestamp) return toTimestamp(left.nanos - right.nanos);
    if (left instanceof CelDuration) return toDuration(left.nanos - right.nanos);
  }
  if (operator === '-' && left instanceof CelTimestamp && right instanceof CelTimestamp) {
    return toDuration(left.nanos - right.nanos);
  }
  return noOverload(operator, left, right);
}

function integer(operator: Arithmetic, left: bigint, right: bigint): bigint | CelError {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  if (right === 0n) return new CelError('division_by_zero', `Division by zero: ${left} ${operator} 0`);
  return operator === '/' ? left / right : left % right;
}

function add(left: CelValue, right: CelValue): CelValue | CelError {
  if (typeof left === 'string' && typeof right === 'string') {
    return left.length + right.length > maxLength ? tooLong() : left + right;
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length + right.length > maxLength ? tooLong() : [...left, ...right];
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    if (left.length + right.length > maxLength) return tooLong();
    const both = new Uint8Array(left.length + right.length);
    both.set(left);
    both.set(right, left.length);
    return both;
  }
  if (left instanceof CelDuration) {
    if (right instanceof CelDuration) return toDuration(left.nanos + right.nanos);
    if (right instanceof CelTimestamp) return toTimestamp(left.nanos + right.nanos);
  }
  if (left instanceof CelTimestamp && right instanceof CelDuration)
    return toTimestamp(left.nanos + right.nanos);
  return noOverload('+', left, right);
}

const minInt = -(2n ** 63n);
const maxInt = 2n ** 63n - 1n;
const maxUint = 2n ** 64n - 1n;
// Limits of google.protobuf.Duration and google.protobuf.Timestamp, in nanoseconds.
const maxDuration = 315_576_000_000_000_000_000n;
const minTimestamp = -62_135_596_800_000_000_000n;
const maxTimestamp = 253_402_300_799_999_999_999n;

/** An int, or an error if it leaves 64 bits. */
export function toInt(value: bigint): bigint | CelError {
  return value >= minInt && value <= maxInt ? value : new CelError('overflow', `Int out of range: ${value}`);
}

/** A uint, or an error if it is negative or leaves 64 bits. */
export function toUint(value: bigint): CelUint | CelError {
  return value >= 0n && value <= maxUint
    ? new CelUint(value)
    : new CelError('overflow', `Uint out of range: ${value}`);
}

/** A duration, or an error beyond about 10,000 years. */
export function toDuration(nanos: bigint): CelDuration | CelError {
  const fits = nanos >= -maxDuration && nanos <= maxDuration;
  return fits ? new CelDuration(nanos) : new CelError('overflow', 'Duration out of range');
}

/** A timestamp, or an error outside of the years 1 to 9999. */
export function toTimestamp(nanos: bigint): CelTimestamp | CelError {
  const fits = nanos >= minTimestamp && nanos <= maxTimestamp;
  return fits ? new CelTimestamp(nanos) : new CelError('overflow', 'Timestamp out of range');
}

/** Unary minus. */
export function negate(value: CelValue): CelValue | CelError {
  if (typeof value === 'number') return -value;
  return typeof value === 'bigint'
    ? toInt(-value)
    : new CelError('no_such_overload', `No such operation: -${typeName(value)}`);
}
