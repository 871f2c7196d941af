const HALF_LOG_TWO_PI = 0.9189385332046728;

/** ln Γ(x) for x > 0: Stirling's series after shifting the argument to where it converges. */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`ln Γ is defined here for positive numbers, got ${x}`);
  return (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI + stirlingError(x);
}

/** ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b), without the cancellation of that sum for large arguments. */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  const error = stirlingError(small) + stirlingError(large) - stirlingError(a + b);
  const ratio = small / large;
  return (
    error +
    HALF_LOG_TWO_PI -
    0.5 * Math.log(large) +
    (small - 0.5) * Math.log(ratio / (1 + ratio)) -
    large * Math.log1p(ratio)
  );
}

/** ln(n choose k) for real 0 ≤ k ≤ n. */
export function logChoose(n: number, k: number): number {
  if (k === 0 || k === n) return 0;
  return -logBeta(n - k + 1, k + 1) - Math.log(n + 1);
}

/**
 * What Stirling's formula leaves: ln Γ(x + 1) − [(x + ½) ln x − x + ½ ln 2π], for x > 0.
 * C. Loader, "Fast and accurate computation of binomial probabilities", 2000. (The same error belongs to ln Γ(x), since ln Γ(x + 1) = ln x + ln Γ(x).)
 */
export function stirlingError(x: number): number {
  let error = 0;
  let shifted = x;
  while (shifted < 12) {
    error += (shifted + 0.5) * Math.log1p(1 / shifted) - 1;
    shifted += 1;
  }
  const inverse = 1 / shifted;
  const square = inverse * inverse;
  return error + inverse * (S0 - square * (S1 - square * (S2 - square * (S3 - square * (S4 - square * S5)))));
}

const S0 = 1 / 12;
const S1 = 1 / 360;
const S2 = 1 / 1260;
const S3 = 1 / 1680;
const S4 = 1 / 1188;
const S5 = 691 / 360360;

/**
 * Deviance x ln(x / m) + m − x, without cancellation when x is near m (Loader 2000); x, m > 0.
 */
export function poissonDeviance(x: number, m: number): number {
  const difference = x - m;
  if (Math.abs(difference) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = difference / (x + m);
  let sum = difference * v;
  let term = 2 * x * v;
  for (let j = 1; j < 1000; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}
