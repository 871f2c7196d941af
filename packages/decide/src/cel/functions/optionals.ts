import { type CelFunction, globalFunction, method, overload } from '../function.ts';
import {
  CelDuration,
  CelError,
  CelMap,
  CelOptional,
  CelTimestamp,
  CelUint,
  type CelValue,
} from '../value.ts';

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof CelMap) return value.size === 0;
  if (value instanceof CelUint) return value.value === 0n;
  return (value instanceof CelDuration || value instanceof CelTimestamp) && value.nanos === 0n;
}

function valuesOf(list: readonly CelValue[]): CelValue | CelError {
  const values: CelValue[] = [];
  for (const item of list) {
    if (!(item instanceof CelOptional))
      return new CelError('no_such_overload', 'unwrap() is for lists of optionals');
    if (item.value !== undefined) values.push(item.value);
  }
  return values;
}

/** Optionals; `or`, `orValue`, `optMap` and `optFlatMap` are forms of the language, because they need not look at their argument. */
export const optionalFunctions: readonly CelFunction[] = [
  globalFunction(
    'optional.none',
    overload([], 'optional(A)', () => new CelOptional(undefined)),
  ),
  globalFunction(
    'optional.of',
    overload(['A'], 'optional(A)', (value) => new CelOptional(value)),
  ),
  globalFunction(
    'optional.ofNonZeroValue',
    overload(['A'], 'optional(A)', (value) => new CelOptional(isZero(value) ? undefined : value)),
  ),
  globalFunction('optional.unwrap', overload(['list(optional(A))'], 'list(A)', valuesOf)),
  method(
    'first',
    overload(['list(A)'], 'optional(A)', (list) => new CelOptional(list[0])),
  ),
  method(
    'last',
    overload(['list(A)'], 'optional(A)', (list) => new CelOptional(list.at(-1))),
  ),
  method('unwrapOpt', overload(['list(optional(A))'], 'list(A)', valuesOf)),
  method(
    'hasValue',
    overload(['optional(A)'], 'bool', ({ value }) => value !== undefined),
  ),
  method(
    'value',
    overload(['optional(A)'], 'A', ({ value }) =>
      value === undefined ? new CelError('invalid_argument', 'The optional has no value') : value,
    ),
  ),
];
