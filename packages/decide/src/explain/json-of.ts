import { formatDuration, formatTimestamp } from '../cel/functions/time.ts';
import {
  CelDuration,
  CelError,
  CelMap,
  CelOptional,
  CelTimestamp,
  CelTypeName,
  CelUint,
  type CelValue,
} from '../cel/value.ts';
import type { JsonValue } from '../model/json.ts';

/** Longer lists and maps are cut: an explanation is read by people. */
const MOST = 100;

/** A value of CEL as JSON: integers beyond 2⁵³ as text, times as text, bytes as a list of numbers, what has no form by its type. */
export function jsonOf(value: CelValue | CelError): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  // Adding 0 turns -0, which JSON forgets, into 0.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (Array.isArray(value)) return value.slice(0, MOST).map(jsonOf);
  if (value instanceof CelError) return { error: value.code };
  if (value instanceof CelUint) return jsonOf(value.value);
  if (value instanceof CelTimestamp) return formatTimestamp(value);
  if (value instanceof CelDuration) return formatDuration(value);
  if (value instanceof CelTypeName) return value.name;
  if (value instanceof CelOptional) return value.value === undefined ? null : jsonOf(value.value);
  if (value instanceof Uint8Array) return [...value.subarray(0, MOST)];
  if (value instanceof CelMap) {
    const entries = [...value.entries()].slice(0, MOST);
    return Object.fromEntries(entries.map(([key, item]) => [String(jsonOf(key)), jsonOf(item)]));
  }
  return `(${(value as { readonly celType: string }).celType})`;
}
