import { quantileOf } from './quantile.ts';

/** Values above the cap lowered to it, with how many there were. */
export type Winsorised = { readonly cap: number; readonly changed: number; readonly values: Float64Array };

/**
 * Lowers values above the pooled quantile `share` to it. The cap must come from all arms together: a cap per arm would hide
 * an effect on the tail.
 */
export function winsorise(
  values: ArrayLike<number>,
  share: number,
  pooled: ArrayLike<number> = values,
): Winsorised {
  const cap = quantileOf(pooled, share);
  let changed = 0;
  const lowered = Float64Array.from(values, (value) => {
    if (value <= cap) return value;
    changed += 1;
    return cap;
  });
  return { cap, changed, values: lowered };
}
