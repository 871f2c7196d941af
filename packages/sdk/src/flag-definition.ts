import type { JsonValue } from '@ombre/decide/model';

/** The value of each type of flag. */
export interface FlagValues {
  readonly boolean: boolean;
  readonly string: string;
  readonly number: number;
  readonly object: JsonValue;
}

export type FlagType = keyof FlagValues;

/** A flag as code knows it: its name, the type of its value, and the value when nobody can be asked. */
export interface FlagDefinition<T> {
  readonly key: string;
  readonly type: FlagType;
  readonly default: T;
}

/** `"v1" | "v2"` becomes `string`: the environment may change a variant's value, never its type. */
type Widened<T> = T extends boolean
  ? boolean
  : T extends string
    ? string
    : T extends number
      ? number
      : T extends readonly JsonValue[]
        ? readonly JsonValue[]
        : T extends Readonly<Record<string, JsonValue>>
          ? { readonly [K in keyof T]: Widened<T[K]> }
          : T;

/** With its variants: `default` names one of them. All have values of one type. */
export interface DefineByVariants<V extends Readonly<Record<string, JsonValue>>> {
  readonly key: string;
  readonly variants: V;
  readonly default: NoInfer<keyof V & string>;
  readonly type?: never;
}

/** With the type alone: `default` is a value. */
export interface DefineByType<T extends FlagType, D> {
  readonly key: string;
  readonly type: T;
  readonly default: D;
  readonly variants?: never;
}

/** Declares a flag beside the code that uses it. A default of another type, or of a variant that is none, does not compile. */
export function defineFlag<const V extends Readonly<Record<string, JsonValue>>>(
  definition: DefineByVariants<V>,
): FlagDefinition<Widened<V[keyof V]>>;
export function defineFlag<T extends FlagType, const D extends FlagValues[NoInfer<T>]>(
  definition: DefineByType<T, D>,
): FlagDefinition<Widened<D>>;
export function defineFlag(
  definition: DefineByVariants<Readonly<Record<string, JsonValue>>> | DefineByType<FlagType, JsonValue>,
): FlagDefinition<JsonValue> {
  const { key } = definition;
  if (definition.variants === undefined) return { key, type: definition.type, default: definition.default };
  const value = definition.variants[definition.default];
  if (value === undefined) throw new TypeError(`${key} has no variant ${definition.default}`);
  return { key, type: typeOf(value), default: value };
}

/** The flag type a value belongs to. */
export function typeOf(value: JsonValue): FlagType {
  switch (typeof value) {
    case 'boolean':
    case 'string':
    case 'number':
      return typeof value as 'boolean' | 'string' | 'number';
    default:
      return 'object';
  }
}
