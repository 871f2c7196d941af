import { type Meter, overBudget } from './meter.ts';
import { type CelType, parseType } from './type.ts';
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

/**
 * One meaning of a function. `run` is pure and total: it gets arguments of its parameters' kinds (elements of lists and maps are not looked
 * at), answers what it cannot do with a `CelError`, and throws nothing.
 */
export interface CelOverload extends Runnable {
  readonly parameters: readonly CelType[];
  readonly result: CelType;
  /**
   * Makes a faster form where some arguments are constants (the others are undefined), e.g. compiles a constant pattern once; it answers the
   * same. An error if the constants alone make every call one.
   */
  readonly specialize?: (constants: readonly (CelValue | undefined)[]) => Runnable | CelError | undefined;
}

export interface Runnable {
  readonly run: (...args: readonly CelValue[]) => CelValue | CelError;
  /** What a call costs beyond looking at its arguments and result, in steps of `stepBudget`. */
  readonly steps?: (...args: readonly CelValue[]) => number;
}

/** A function of the language. A method's first parameter is its receiver. */
export interface CelFunction {
  /** As written: `size`, `math.greatest`; a method without its receiver: `startsWith`. */
  readonly name: string;
  readonly style: 'function' | 'method';
  readonly overloads: readonly CelOverload[];
}

interface Simple {
  string: string;
  int: bigint;
  uint: CelUint;
  double: number;
  bool: boolean;
  bytes: Uint8Array;
  timestamp: CelTimestamp;
  duration: CelDuration;
  null: null;
  type: CelTypeName;
}

/** The JavaScript type of an argument declared as `T`, e.g. `bigint` for `'int'`. */
export type ArgumentOf<T extends string> = T extends keyof Simple
  ? Simple[T]
  : T extends `list(${string})`
    ? readonly CelValue[]
    : T extends `map(${string})`
      ? CelMap
      : T extends `optional(${string})`
        ? CelOptional
        : CelValue;

/** Declares an overload by the text of its types; capital letters are type parameters. Throws on text that is no type. */
export function overload<const P extends readonly string[]>(
  parameters: P,
  result: string,
  run: (...args: { -readonly [I in keyof P]: ArgumentOf<P[I]> }) => CelValue | CelError,
  more: Pick<CelOverload, 'steps' | 'specialize'> = {},
): CelOverload {
  // Dispatch on `parameters` makes the cast true.
  return {
    ...more,
    parameters: parameters.map(type),
    result: type(result),
    run: run as unknown as Runnable['run'],
  };
}

function type(text: string): CelType {
  const parsed = parseType(text);
  if (parsed === undefined) throw new Error(`Not a CEL type: ${text}`);
  return parsed;
}

export function globalFunction(name: string, ...overloads: readonly CelOverload[]): CelFunction {
  return { name, style: 'function', overloads };
}

export function method(name: string, ...overloads: readonly CelOverload[]): CelFunction {
  return { name, style: 'method', overloads };
}

/** Runs the first overload whose parameters the arguments are of, at the meter's expense; `no_such_overload` if there is none. */
export function dispatch(
  name: string,
  overloads: readonly CelOverload[],
  args: readonly CelValue[],
  meter: Meter,
): CelValue | CelError {
  for (const { parameters, run, steps } of overloads) {
    if (parameters.length === args.length && parameters.every((parameter, i) => isKind(args[i], parameter))) {
      if (steps !== undefined) meter.steps -= steps(...args);
      return meter.steps < 0 ? overBudget : run(...args);
    }
  }
  return new CelError('no_such_overload', `No overload of ${name} takes (${args.map(typeName).join(', ')})`);
}

/** The overloads with what can be prepared of a call's constant arguments; the others are undefined. */
export function specialized(
  overloads: readonly CelOverload[],
  constants: readonly (CelValue | undefined)[],
): readonly CelOverload[] {
  return overloads.map((one) => {
    const prepared = one.parameters.length === constants.length ? one.specialize?.(constants) : undefined;
    if (prepared === undefined) return one;
    return { ...one, ...(prepared instanceof CelError ? { run: () => prepared, steps: () => 0 } : prepared) };
  });
}

/** Whether a value is of a type, not looking into lists, maps and optionals. */
function isKind(value: CelValue | undefined, type: CelType): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
      return true;
    case 'list':
      return Array.isArray(value);
    case 'map':
      return value instanceof CelMap;
    default:
      return value !== undefined && kindOf(value) === type.kind;
  }
}

/** The kind of a value's type, as in `CelType`. */
export function kindOf(value: CelValue): Exclude<CelType['kind'], 'dyn' | 'param'> {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'boolean':
      return 'bool';
    default:
      return kindOfObject(value as Exclude<CelValue, string | bigint | number | boolean>);
  }
}

function kindOfObject(
  value: Exclude<CelValue, string | bigint | number | boolean>,
): ReturnType<typeof kindOf> {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (value instanceof CelMap) return 'map';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof CelUint) return 'uint';
  if (value instanceof CelTimestamp) return 'timestamp';
  if (value instanceof CelDuration) return 'duration';
  if (value instanceof CelOptional) return 'optional';
  if (value instanceof CelTypeName) return 'type';
  return (value as CelObject).celType;
}

const typeNames: Readonly<Record<string, string>> = {
  null: 'null_type',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
  optional: 'optional_type',
  ip: 'net.IP',
  cidr: 'net.CIDR',
};

/** The name CEL gives the type of a value, as `type(x)` answers it. */
export function typeName(value: CelValue): string {
  const kind = kindOf(value);
  return typeNames[kind] ?? kind;
}
