import { type CelFunction, globalFunction, method, overload, typeName } from '../function.ts';
import { toInt, toTimestamp, toUint } from '../operators.ts';
import { fromUtf8, utf8 } from '../utf8.ts';
import { CelError, type CelMap, CelTypeName, type CelUint, type CelValue } from '../value.ts';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp } from './time.ts';

const second = 1_000_000_000n;

function invalid(what: string): CelError {
  return new CelError('invalid_argument', `Not ${what}`);
}

/** Cuts the fraction off; the bounds are exclusive, because doubles next to them are not what was meant. */
function wholeOf(value: number, least: number, most: number): bigint | CelError {
  if (value > least && value < most) return BigInt(Math.trunc(value));
  return new CelError('overflow', `Out of range: ${value}`);
}

function readDouble(text: string): number | CelError {
  if (/^[-+]?(?:inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^[-+]?nan$/i.test(text)) return Number.NaN;
  const number = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : invalid('a double');
}

/** The shortest digits that give the number back, with an exponent below 1e-4 and from 1e21 (as Go's %g). */
export function formatDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0';
  const size = Math.abs(value);
  const text = size !== 0 && size < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);

const identity = <T>(value: T): T => value;
const sizeOfText = (text: string): bigint => BigInt(lengthOf(text));
const sizeOf = ({ length }: { readonly length: number }): bigint => BigInt(length);
const sizeOfMap = ({ size }: CelMap): bigint => BigInt(size);

/** Number of code points. */
export function lengthOf(text: string): number {
  let surrogatePairs = 0;
  for (let i = 1; i < text.length; i++) {
    const isPair = (text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800;
    if (isPair) surrogatePairs++;
  }
  return text.length - surrogatePairs;
}

const sizes = [
  overload(['string'], 'int', sizeOfText),
  overload(['bytes'], 'int', sizeOf),
  overload(['list(A)'], 'int', sizeOf),
  overload(['map(A, B)'], 'int', sizeOfMap),
];

/** `size`, `type`, `dyn` and the functions named after the type they make. */
export const conversionFunctions: readonly CelFunction[] = [
  globalFunction('size', ...sizes),
  method('size', ...sizes),
  globalFunction(
    'type',
    overload(['A'], 'type', (value) => new CelTypeName(typeName(value))),
  ),
  globalFunction('dyn', overload(['A'], 'dyn', identity)),
  globalFunction(
    'int',
    overload(['int'], 'int', identity),
    overload(['uint'], 'int', ({ value }) => toInt(value)),
    overload(['double'], 'int', (value) => wholeOf(value, -(2 ** 63), 2 ** 63)),
    overload(['string'], 'int', (text) =>
      /^[-+]?\d{1,30}$/.test(text) ? toInt(integerOf(text)) : invalid('an int'),
    ),
    overload(['timestamp'], 'int', ({ nanos }) => (nanos - (((nanos % second) + second) % second)) / second),
  ),
  globalFunction(
    'uint',
    overload(['uint'], 'uint', identity),
    overload(['int'], 'uint', toUint),
    overload(['double'], 'uint', (value) => {
      const whole = wholeOf(value, -1, 2 ** 64);
      return whole instanceof CelError || value < 0
        ? new CelError('overflow', `Out of range: ${value}`)
        : toUint(whole);
    }),
    overload(['string'], 'uint', (text) =>
      /^\+?\d{1,30}$/.test(text) ? toUint(integerOf(text)) : invalid('a uint'),
    ),
  ),
  globalFunction(
    'double',
    overload(['double'], 'double', identity),
    overload(['int'], 'double', Number),
    overload(['uint'], 'double', ({ value }) => Number(value)),
    overload(['string'], 'double', readDouble),
  ),
  globalFunction(
    'string',
    overload(['string'], 'string', identity),
    overload(['int'], 'string', String),
    overload(['uint'], 'string', ({ value }: CelUint) => String(value)),
    overload(['double'], 'string', formatDouble),
    overload(['bool'], 'string', String),
    overload(['bytes'], 'string', (bytes) => fromUtf8(bytes) ?? invalid('UTF-8')),
    overload(['timestamp'], 'string', formatTimestamp),
    overload(['duration'], 'string', formatDuration),
  ),
  globalFunction('bytes', overload(['bytes'], 'bytes', identity), overload(['string'], 'bytes', utf8)),
  globalFunction(
    'bool',
    overload(['bool'], 'bool', identity),
    overload(['string'], 'bool', (text): CelValue | CelError => truths.get(text) ?? invalid('a bool')),
  ),
  globalFunction(
    'timestamp',
    overload(['timestamp'], 'timestamp', identity),
    overload(['string'], 'timestamp', parseTimestamp),
    overload(['int'], 'timestamp', (seconds) => toTimestamp(seconds * second)),
  ),
  globalFunction(
    'duration',
    overload(['duration'], 'duration', identity),
    overload(['string'], 'duration', parseDuration),
  ),
];

function integerOf(text: string): bigint {
  return BigInt(text.replace(/^\+/, ''));
}
