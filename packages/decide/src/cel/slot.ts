import { decodeBase64 } from './functions/encoders.ts';
import { parseAddress, parseNetwork } from './functions/network.ts';
import { CelSemver } from './functions/semver.ts';
import { parseDuration, parseTimestamp } from './functions/time.ts';
import { toTimestamp } from './operators.ts';
import { parseVersion } from './semver.ts';
import type { CelType } from './type.ts';
import { type CanonicalKey, CelError, CelMap, CelOptional, CelUint, type CelValue } from './value.ts';

/**
 * What a bound context holds for an attribute of a declared type: a JavaScript number for int, uint and double, a string, a boolean,
 * otherwise the `CelValue`.
 */
export type Slot = CelValue;

/** Deeper contexts, cyclic ones among them, count as wrongly typed. */
const maxDepth = 32;

/** So do attributes with more values than this. */
const maxValues = 100_000;

/**
 * Takes a value of a context (JSON, or a bigint, Date or Uint8Array from code) as the declared type; undefined when it is missing or of
 * another type. An int or uint is a safe integer; timestamps are RFC 3339 text, durations text as `1h30m`, bytes base64, addresses, networks
 * and versions text. Under `dyn` a number is a double.
 */
export function toSlot(value: unknown, type: CelType): Slot | undefined {
  switch (type.kind) {
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'double':
      return typeof value === 'number' ? value : undefined;
    case 'bool':
      return typeof value === 'boolean' ? value : undefined;
    case 'int':
    case 'uint': {
      const number = typeof value === 'bigint' ? Number(value) : value;
      // Adding 0 turns -0, which JSON can write, into 0.
      if (!Number.isSafeInteger(number)) return undefined;
      return type.kind === 'uint' && (number as number) < 0 ? undefined : (number as number) + 0;
    }
    default:
      return toValue(value, type, { values: maxValues }, maxDepth);
  }
}

/** The value CEL sees for a slot: numbers of an int or uint attribute become such. */
export function fromSlot(slot: Slot, type: CelType): CelValue {
  if (typeof slot !== 'number' || type.kind === 'double' || type.kind === 'dyn') return slot;
  return type.kind === 'uint' ? new CelUint(BigInt(slot)) : BigInt(slot);
}

function toValue(
  value: unknown,
  type: CelType,
  left: { values: number },
  depth: number,
): CelValue | undefined {
  if (--left.values < 0 || depth < 0) return undefined;
  switch (type.kind) {
    case 'string':
    case 'double':
    case 'bool':
    case 'int':
    case 'uint': {
      const slot = toSlot(value, type);
      return slot === undefined ? undefined : fromSlot(slot, type);
    }
    case 'null':
      return value === null ? null : undefined;
    case 'timestamp':
      if (value instanceof Date) return orMissing(fromDate(value));
      return typeof value === 'string' ? orMissing(parseTimestamp(value)) : undefined;
    case 'duration':
      return typeof value === 'string' ? orMissing(parseDuration(value)) : undefined;
    case 'bytes':
      if (value instanceof Uint8Array) return value;
      return typeof value === 'string' ? orMissing(decodeBase64(value)) : undefined;
    case 'ip':
      return typeof value === 'string' ? orMissing(parseAddress(value)) : undefined;
    case 'cidr':
      return typeof value === 'string' ? orMissing(parseNetwork(value)) : undefined;
    case 'semver': {
      const version = typeof value === 'string' ? parseVersion(value) : undefined;
      return version && new CelSemver(version);
    }
    case 'optional': {
      if (value === undefined || value === null) return new CelOptional(undefined);
      const inner = toValue(value, type.value, left, depth - 1);
      return inner === undefined ? undefined : new CelOptional(inner);
    }
    case 'list':
      return Array.isArray(value) ? toList(value, type.element, left, depth) : undefined;
    case 'map': {
      const textKeys = type.key.kind === 'string' || type.key.kind === 'dyn';
      return textKeys && isRecord(value) ? toMap(value, type.value, left, depth) : undefined;
    }
    case 'dyn':
      return toDynamic(value, left, depth);
    default:
      return undefined;
  }
}

const dynamic: CelType = { kind: 'dyn' };

function toDynamic(value: unknown, left: { values: number }, depth: number): CelValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return toSlot(value, { kind: 'int' }) === undefined ? undefined : value;
    case 'object':
      return toDynamicObject(value, left, depth);
    default:
      return undefined;
  }
}

function toDynamicObject(
  value: object | null,
  left: { values: number },
  depth: number,
): CelValue | undefined {
  if (value === null) return null;
  if (value instanceof Date) return orMissing(fromDate(value));
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return toList(value, dynamic, left, depth);
  return isRecord(value) ? toMap(value, dynamic, left, depth) : undefined;
}

function toList(
  value: readonly unknown[],
  element: CelType,
  left: { values: number },
  depth: number,
): CelValue | undefined {
  const items: CelValue[] = [];
  for (const item of value) {
    const taken = toValue(item, element, left, depth - 1);
    if (taken === undefined) return undefined;
    items.push(taken);
  }
  return items;
}

function toMap(
  value: Readonly<Record<string, unknown>>,
  type: CelType,
  left: { values: number },
  depth: number,
): CelMap | undefined {
  const entries = new Map<CanonicalKey, readonly [CelValue, CelValue]>();
  for (const key of Object.keys(value)) {
    if (value[key] === undefined) continue;
    const taken = toValue(value[key], type, left, depth - 1);
    if (taken === undefined) return undefined;
    entries.set(key, [key, taken]);
  }
  return new CelMap(entries);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function fromDate(date: Date): CelValue | CelError {
  const millis = date.getTime();
  return Number.isNaN(millis)
    ? new CelError('invalid_argument', 'Invalid date')
    : toTimestamp(BigInt(millis) * 1_000_000n);
}

function orMissing(value: CelValue | CelError): CelValue | undefined {
  return value instanceof CelError ? undefined : value;
}
