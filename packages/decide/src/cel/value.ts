/**
 * Values of the three-valued evaluation. An int is a bigint, a double a number; what has no JavaScript counterpart
 * has a small immutable class. Lists are arrays and never changed after they are made.
 */
export type CelValue =
  | string
  | bigint
  | number
  | boolean
  | null
  | Uint8Array
  | readonly CelValue[]
  | CelUint
  | CelMap
  | CelTimestamp
  | CelDuration
  | CelOptional
  | CelTypeName
  | CelObject;

/** Codes of evaluation errors. `missing` is the only one a complete and well typed context can never cause. */
export type CelErrorCode =
  | 'missing'
  | 'unknown_name'
  | 'no_such_overload'
  | 'no_such_key'
  | 'index_out_of_bounds'
  | 'overflow'
  | 'division_by_zero'
  | 'invalid_argument'
  | 'duplicate_key'
  | 'budget_exceeded'
  | 'syntax';

/** The third truth value: an evaluation that has no value. A plain object without stack, so that it is cheap. */
export class CelError {
  readonly code: CelErrorCode;
  readonly message: string;
  constructor(code: CelErrorCode, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** An unsigned 64-bit integer; a class, because a plain bigint is an int. */
export class CelUint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** An instant, in nanoseconds since 1970-01-01T00:00:00Z. */
export class CelTimestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A span of time in nanoseconds. */
export class CelDuration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A value that may be absent; `undefined` inside means `optional.none()`. */
export class CelOptional {
  readonly value: CelValue | undefined;
  constructor(value: CelValue | undefined) {
    this.value = value;
  }
}

/** A type as a value, e.g. what `type(1)` answers. */
export class CelTypeName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A value of a library's own type (an address, a semantic version): its functions know it, others only compare it. */
export interface CelObject {
  /** Name of the type, as `formatType` writes it. */
  readonly celType: 'ip' | 'cidr' | 'semver';
  equals(other: CelObject): boolean;
}

/** What a map's keys look like to `Map`: int, uint and integral double keys of one number are one key. */
export type CanonicalKey = string | bigint | boolean;

/** An immutable map. Keys live in a `Map`, so `__proto__` and `constructor` are keys like any other. */
export class CelMap {
  readonly #entries: ReadonlyMap<CanonicalKey, readonly [key: CelValue, value: CelValue]>;
  constructor(entries: ReadonlyMap<CanonicalKey, readonly [key: CelValue, value: CelValue]>) {
    this.#entries = entries;
  }
  get size(): number {
    return this.#entries.size;
  }
  /** The value under `key`; undefined if there is none or the key is of a type that no map can have. */
  get(key: CelValue): CelValue | undefined {
    const canonical = canonicalKey(key);
    return canonical === undefined ? undefined : this.#entries.get(canonical)?.[1];
  }
  entries(): IterableIterator<readonly [key: CelValue, value: CelValue]> {
    return this.#entries.values();
  }
}

/** The form under which a key is stored, or undefined if a value of its type cannot be found in any map. */
export function canonicalKey(key: CelValue): CanonicalKey | undefined {
  if (typeof key === 'string' || typeof key === 'bigint' || typeof key === 'boolean') return key;
  if (key instanceof CelUint) return key.value;
  return typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : undefined;
}
