import type { Cause } from './study.ts';

/** A column as it comes from a table: numbers, or labels that become one 0/1 column for each level but the first. */
export interface RawCause {
  readonly name: string;
  readonly values: Float64Array | readonly string[];
  /** The label left out as the reference. Absent: the first in code-point order. */
  readonly reference?: string;
}

/** Numbers stay; labels become dummies named `column=label` against the reference. A column of one value is dropped. */
export function encodeCauses(columns: readonly RawCause[]): Cause[] {
  return columns.flatMap((column) => {
    const { name, values } = column;
    if (values instanceof Float64Array) return isConstant(values) ? [] : [{ name, values }];
    const levels = [...new Set(values)].sort();
    const reference = column.reference ?? levels[0];
    return levels
      .filter((level) => level !== reference)
      .map((level) => ({
        name: `${name}=${level}`,
        values: Float64Array.from(values, (value) => (value === level ? 1 : 0)),
      }));
  });
}

/** The square of a cause, for a propensity that bends. */
export function squareOf(cause: Cause): Cause {
  return { name: `${cause.name}²`, values: cause.values.map((x) => x * x) };
}

/** 1 where a cause is exactly 0: earnings of the unemployed, orders of those who never ordered. */
export function isZero(cause: Cause): Cause {
  return { name: `${cause.name}=0`, values: cause.values.map((x) => (x === 0 ? 1 : 0)) };
}

function isConstant(values: Float64Array): boolean {
  return values.every((x) => x === values[0]);
}
