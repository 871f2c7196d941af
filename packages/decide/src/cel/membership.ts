import { CelUint, type CelValue } from './value.ts';

/** A constant list prepared for `in`: constant time whatever its length. */
export interface ConstantSet {
  has(value: CelValue): boolean;
}

type SetKey = string | bigint | number | boolean | null;

/** Prepares a constant list of scalars; undefined if it holds something else, or numbers so large that an int can equal several doubles. */
export function constantSet(list: readonly CelValue[]): ConstantSet | undefined {
  const keys = new Set<SetKey>();
  for (const item of list) {
    const key = setKey(item);
    if (key === undefined || (typeof key === 'bigint' && !Number.isSafeInteger(Number(key))))
      return undefined;
    keys.add(key);
  }
  return {
    has(value) {
      const key = setKey(value);
      return key !== undefined && keys.has(key);
    },
  };
}

/** Equal scalars have the same key, numbers of different types included. */
function setKey(value: CelValue): SetKey | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'object' && value !== null) return value instanceof CelUint ? value.value : undefined;
  return value;
}
