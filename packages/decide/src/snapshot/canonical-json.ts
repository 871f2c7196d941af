import type { JsonValue } from '../model/json.ts';

/**
 * The one text of a JSON value, as RFC 8785 defines it: keys sorted by UTF-16 code units, no white space, numbers as
 * ECMAScript writes them. A lone surrogate is written as its escape, so that the text always has UTF-8 bytes.
 * Properties that are undefined are left out; throws for what JSON cannot say (NaN, Infinity, functions).
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`JSON has no ${value}`);
    return JSON.stringify(value);
  }
  if (typeof value !== 'object') throw new TypeError(`JSON has no ${typeof value}`);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const property = value[key];
    if (property === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(property)}`;
  }
  return `{${text}}`;
}

const isArray: (value: JsonValue) => value is readonly JsonValue[] = Array.isArray;
