/** Positions of units and sizes of shares are counted in millionths. */
export const MILLION = 1_000_000;

/** The share as an integer count of millionths. */
export function shareInMillionths(value: number): number {
  return Math.round(value * MILLION);
}

/** Millionths as people read them: 169402 → `16.9402 %`. */
export function percentOf(millionths: number): string {
  return `${millionths / 10_000} %`;
}
