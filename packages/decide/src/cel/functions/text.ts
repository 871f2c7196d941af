import { type CelFunction, globalFunction, method, overload } from '../function.ts';
import { maxLength } from '../limits.ts';
import { tooLong } from '../meter.ts';
import { CelError, type CelValue } from '../value.ts';
import { lengthOf } from './conversions.ts';

function outOfRange(position: bigint): CelError {
  return new CelError('index_out_of_bounds', `No position ${position} in the text`);
}

/** The UTF-16 offset of a position counted in code points; undefined outside of [0, length]. */
function offsetOf(text: string, position: bigint): number | undefined {
  if (position < 0n || position > BigInt(text.length)) return undefined;
  let left = Number(position);
  let at = 0;
  for (; left > 0 && at < text.length; left--) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return left === 0 ? at : undefined;
}

/** The position in code points of a UTF-16 offset; -1 stays -1. */
function positionOf(text: string, offset: number): bigint {
  return offset < 0 ? -1n : BigInt(lengthOf(text.slice(0, offset)));
}

function substring(text: string, from: bigint, to: bigint | undefined): string | CelError {
  const start = offsetOf(text, from);
  const end = to === undefined ? text.length : offsetOf(text, to);
  if (start === undefined) return outOfRange(from);
  return end === undefined || end < start ? outOfRange(to ?? from) : text.slice(start, end);
}

function charAt(text: string, position: bigint): string | CelError {
  const at = offsetOf(text, position);
  if (at === undefined) return outOfRange(position);
  const point = text.codePointAt(at);
  return point === undefined ? '' : String.fromCodePoint(point);
}

function indexOf(text: string, part: string, from: bigint): bigint | CelError {
  const start = offsetOf(text, from);
  return start === undefined ? outOfRange(from) : positionOf(text, text.indexOf(part, start));
}

function lastIndexOf(text: string, part: string, from: bigint): bigint | CelError {
  const start = offsetOf(text, from);
  if (start === undefined || (start === text.length && part !== '' && text !== '')) return outOfRange(from);
  return positionOf(text, text.lastIndexOf(part, start));
}

/** At most `limit` pieces, the last of which keeps the rest; no limit if it is negative. An empty separator splits into code points. */
function split(text: string, separator: string, limit: bigint): readonly string[] | CelError {
  if (limit === 0n) return [];
  if (text.length > maxLength) return tooLong();
  const pieces = separator === '' ? [...text] : text.split(separator);
  if (limit < 0n || BigInt(pieces.length) <= limit) return pieces;
  const kept = Number(limit) - 1;
  return [...pieces.slice(0, kept), pieces.slice(kept).join(separator)];
}

function replace(text: string, old: string, by: string, limit: bigint): string | CelError {
  if (limit === 0n) return text;
  if (text.length > maxLength) return tooLong();
  // Between any two code points, before the first and after the last is an empty text.
  const pieces = old === '' ? ['', ...text, ''] : text.split(old);
  const most = limit < 0n ? pieces.length - 1 : Math.min(Number(limit), pieces.length - 1);
  if (text.length + most * by.length > maxLength) return tooLong();
  return pieces.slice(0, most + 1).join(by) + rest(pieces.slice(most + 1), old);
}

function rest(pieces: readonly string[], separator: string): string {
  return pieces.length === 0 ? '' : separator + pieces.join(separator);
}

function join(list: readonly CelValue[], separator: string): string | CelError {
  const parts: string[] = [];
  let length = 0;
  for (const item of list) {
    if (typeof item !== 'string') return new CelError('no_such_overload', 'join() is for lists of strings');
    length += item.length + separator.length;
    if (length > maxLength) return tooLong();
    parts.push(item);
  }
  return parts.join(separator);
}

/** What Unicode calls White_Space. */
const space = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const leadingSpace = new RegExp(`^${space}+`);
const isSpace = new RegExp(space);

function trim(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace.test(text.charAt(end - 1))) end--;
  return text.slice(0, end).replace(leadingSpace, '');
}

const quoteEscapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function quote(text: string): string | CelError {
  if (text.length > maxLength) return tooLong();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape
  return `"${text.replace(/\p{Surrogate}/gu, '\ufffd').replace(/[\x07-\r\\"]/g, (character) => quoteEscapes[character] ?? character)}"`;
}

/** Texts: the standard tests and the strings library. Positions count code points. */
export const textFunctions: readonly CelFunction[] = [
  method(
    'startsWith',
    overload(['string', 'string'], 'bool', (text, part) => text.startsWith(part)),
  ),
  method(
    'endsWith',
    overload(['string', 'string'], 'bool', (text, part) => text.endsWith(part)),
  ),
  method(
    'contains',
    overload(['string', 'string'], 'bool', (text, part) => text.includes(part)),
  ),
  method('charAt', overload(['string', 'int'], 'string', charAt)),
  method(
    'indexOf',
    overload(['string', 'string'], 'int', (text, part) => indexOf(text, part, 0n)),
    overload(['string', 'string', 'int'], 'int', indexOf),
  ),
  method(
    'lastIndexOf',
    overload(['string', 'string'], 'int', (text, part) => positionOf(text, text.lastIndexOf(part))),
    overload(['string', 'string', 'int'], 'int', lastIndexOf),
  ),
  method(
    'join',
    overload(['list(string)'], 'string', (list) => join(list, '')),
    overload(['list(string)', 'string'], 'string', join),
  ),
  method(
    'lowerAscii',
    overload(['string'], 'string', (text) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase())),
  ),
  method(
    'upperAscii',
    overload(['string'], 'string', (text) => text.replace(/[a-z]+/g, (part) => part.toUpperCase())),
  ),
  method(
    'replace',
    overload(['string', 'string', 'string'], 'string', (text, old, by) => replace(text, old, by, -1n)),
    overload(['string', 'string', 'string', 'int'], 'string', replace),
  ),
  method(
    'split',
    overload(['string', 'string'], 'list(string)', (text, separator) => split(text, separator, -1n)),
    overload(['string', 'string', 'int'], 'list(string)', split),
  ),
  method(
    'substring',
    overload(['string', 'int'], 'string', (text, from) => substring(text, from, undefined)),
    overload(['string', 'int', 'int'], 'string', substring),
  ),
  method('trim', overload(['string'], 'string', trim)),
  method(
    'reverse',
    overload(['string'], 'string', (text) =>
      text.length > maxLength ? tooLong() : [...text].reverse().join(''),
    ),
  ),
  globalFunction('strings.quote', overload(['string'], 'string', quote)),
];
