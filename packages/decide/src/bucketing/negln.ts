/** Steps of the table within one octave. */
const STEPS = 1024;

/** What stands for 1: logarithms are counted in 2⁻²⁶. */
const ONE = 2 ** 26;

/**
 * round(2²⁶ × ln(1 + i/1024)) for i = 0 … 1024. No entry lies so near to a half that the last digits of a platform's logarithm could
 * change its rounding; conformance/negln.json has the entries from exact integer arithmetic.
 */
export const LOGARITHMS: Int32Array = Int32Array.from({ length: STEPS + 1 }, (_, i) =>
  Math.round(Math.log(1 + i / STEPS) * ONE),
);

const LN2 = LOGARITHMS[STEPS] as number;

/**
 * −ln(u) × 2²⁶ as an integer ≥ 1, for u = (m + ½) / 2³² and 32 bits m: 33 ln 2 − ln(2m + 1), interpolated between entries
 * of the table. Integers only, so that every language gets the same digit.
 */
export function negln(m: number): number {
  const zeros = Math.clz32(m);
  // The 32 bits below the leading one of 2m + 1: ten choose the entry, the next fifteen the place after it.
  const fraction = zeros === 32 ? 0 : ((m << 1) | 1) << zeros;
  const entry = fraction >>> 22;
  const low = LOGARITHMS[entry] as number;
  const high = LOGARITHMS[entry + 1] as number;
  return (zeros + 1) * LN2 - low - (((high - low) * ((fraction >>> 7) & 0x7fff)) >>> 15);
}
