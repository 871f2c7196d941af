import { type Judged, refuse } from '../refusal.ts';

/** Largest distance between two empirical distributions, with Smirnov's asymptotic two-sided p (1948). */
export function kolmogorovSmirnov(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
): Judged<{ readonly d: number; readonly p: number }> {
  if (x.length === 0 || y.length === 0) return refuse('ARM_EMPTY', `${x.length} and ${y.length} values`);
  const a = Float64Array.from(x).sort();
  const b = Float64Array.from(y).sort();
  let d = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] ?? 0, b[j] ?? 0);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    d = Math.max(d, Math.abs(i / a.length - j / b.length));
  }
  return { d, p: smirnovUpper(d * Math.sqrt((a.length * b.length) / (a.length + b.length))) };
}

/** P(K > z): the alternating series for large z, its theta-function twin for small. */
function smirnovUpper(z: number): number {
  if (z <= 0) return 1;
  if (z < 1) {
    let sum = 0;
    for (let k = 1; k < 40; k += 2) sum += Math.exp(-(k * k * Math.PI * Math.PI) / (8 * z * z));
    return 1 - (Math.sqrt(2 * Math.PI) / z) * sum;
  }
  let sum = 0;
  for (let k = 1; k < 40; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * z * z);
  return Math.min(1, sum);
}
