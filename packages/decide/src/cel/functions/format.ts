import { type CelFunction, method, overload, typeName } from '../function.ts';
import { maxLength } from '../limits.ts';
import { tooLong } from '../meter.ts';
import { compareText, numeric } from '../operators.ts';
import { fromUtf8, utf8 } from '../utf8.ts';
import {
  CelDuration,
  CelError,
  CelMap,
  CelTimestamp,
  CelTypeName,
  CelUint,
  type CelValue,
} from '../value.ts';
import { formatDuration, formatTimestamp } from './time.ts';

/** More digits after the point than this are refused. */
const maxPrecision = 100;

type Clause = (value: CelValue, precision: number) => string | CelError;

function unfit(clause: string, value: CelValue): CelError {
  return new CelError('invalid_argument', `%${clause} cannot format a ${typeName(value)}`);
}

function text(value: CelValue): string | CelError {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? plain(value) : String(value);
  if (typeof value === 'bigint' || typeof value === 'boolean' || value === null) return String(value);
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof Uint8Array) return fromUtf8(value) ?? unfit('s', value);
  if (value instanceof CelTimestamp) return formatTimestamp(value);
  if (value instanceof CelDuration) return formatDuration(value);
  if (value instanceof CelTypeName) return value.name;
  if (value instanceof CelMap) return mapText(value);
  return Array.isArray(value) ? listText(value) : unfit('s', value);
}

function listText(list: readonly CelValue[]): string | CelError {
  const parts: string[] = [];
  let length = 0;
  for (const item of list) {
    const part = text(item);
    if (part instanceof CelError) return part;
    length += part.length + 2;
    if (length > maxLength) return tooLong();
    parts.push(part);
  }
  return `[${parts.join(', ')}]`;
}

function mapText(map: CelMap): string | CelError {
  const parts: (readonly [string, string])[] = [];
  let length = 0;
  for (const [key, value] of map.entries()) {
    const left = text(key);
    const right = text(value);
    if (left instanceof CelError) return left;
    if (right instanceof CelError) return right;
    length += left.length + right.length + 4;
    if (length > maxLength) return tooLong();
    parts.push([left, right]);
  }
  parts.sort((a, b) => compareText(a[0], b[0]));
  return `{${parts.map(([key, value]) => `${key}: ${value}`).join(', ')}}`;
}

/** The shortest digits that give the number back, never with an exponent. */
function plain(value: number): string {
  const [digits = '', exponent] = String(value).split('e');
  if (exponent === undefined) return Object.is(value, -0) ? '-0' : digits;
  const [whole = '', fraction = ''] = digits.replace('-', '').split('.');
  const point = whole.length + Number(exponent);
  const all = whole + fraction;
  const size = point <= 0 ? `0.${'0'.repeat(-point)}${all}` : all.padEnd(point, '0');
  return value < 0 ? `-${size}` : size;
}

/** Decimal digits after the point, rounded half to even on the exact binary value (as C and Go do; toFixed rounds half up). */
function fixed(value: number, precision: number): string {
  const [mantissa, exponent] = binary(Math.abs(value));
  const scale = 10n ** BigInt(precision);
  const numerator = mantissa * scale * (exponent > 0 ? 2n ** BigInt(exponent) : 1n);
  const denominator = exponent < 0 ? 2n ** BigInt(-exponent) : 1n;
  let rounded = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice > denominator || (twice === denominator && rounded % 2n === 1n)) rounded += 1n;
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const digits = rounded.toString().padStart(precision + 1, '0');
  const point = digits.length - precision;
  return `${sign}${digits.slice(0, point)}${precision > 0 ? '.' : ''}${digits.slice(point)}`;
}

/** The integers m and e with value = m × 2^e. */
function binary(value: number): readonly [mantissa: bigint, exponent: number] {
  let exponent = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent--;
  }
  return [BigInt(mantissa), exponent];
}

function double(clause: string, digits: (value: number, precision: number) => string): Clause {
  return (value, precision) => {
    const number = numeric(value);
    if (number === undefined) return unfit(clause, value);
    const converted = Number(number);
    return Number.isFinite(converted) ? digits(converted, precision) : String(converted);
  };
}

function integer(clause: string, radix: number): Clause {
  return (value) => {
    const number = value instanceof CelUint ? value.value : value;
    return typeof number === 'bigint' ? number.toString(radix) : unfit(clause, value);
  };
}

function hex(clause: 'x' | 'X'): Clause {
  return (value) => {
    const bytes = typeof value === 'string' ? utf8(value) : value;
    if (bytes instanceof Uint8Array && bytes.length * 2 > maxLength) return tooLong();
    const digits =
      bytes instanceof Uint8Array
        ? Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
        : integer(clause, 16)(value, 0);
    return digits instanceof CelError || clause === 'x' ? digits : digits.toUpperCase();
  };
}

const clauses: Readonly<Record<string, Clause>> = {
  s: text,
  d: (value) => (typeof value === 'number' ? text(value) : integer('d', 10)(value, 0)),
  f: double('f', fixed),
  e: double('e', (value, precision) => value.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2')),
  b: (value) => (typeof value === 'boolean' ? String(Number(value)) : integer('b', 2)(value, 0)),
  o: integer('o', 8),
  x: hex('x'),
  X: hex('X'),
};

/** `"%s has %.2f".format([name, share])`: clauses s d f e b o x X, with `.n` digits for f and e, and `%%`. */
function format(template: string, args: readonly CelValue[]): string | CelError {
  let result = '';
  let index = 0;
  const part = /[^%]+|%%|%(?:\.(\d{1,4}))?([sdfeboxX])|(%)/gy;
  while (part.lastIndex < template.length) {
    const [found = '', digits, name, bad] = part.exec(template) ?? [];
    if (bad !== undefined) return new CelError('invalid_argument', 'Unknown clause after %');
    if (name === undefined) {
      result += found === '%%' ? '%' : found;
    } else {
      const value = args[index++];
      if (value === undefined) return new CelError('invalid_argument', `No argument ${index} for %${name}`);
      const precision = digits === undefined ? 6 : Number(digits);
      if (precision > maxPrecision)
        return new CelError('invalid_argument', `More than ${maxPrecision} digits`);
      const formatted = clauses[name]?.(value, precision) ?? unfit(name, value);
      if (formatted instanceof CelError) return formatted;
      result += formatted;
    }
    if (result.length > maxLength) return tooLong();
  }
  return result;
}

/** The method `format` of texts. */
export const formatFunctions: readonly CelFunction[] = [
  method('format', overload(['string', 'list(dyn)'], 'string', format)),
];
