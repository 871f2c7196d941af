import { poissonDeviance, stirlingError } from './log-gamma.ts';
import type { Tail } from './tail.ts';

/**
 * The tail of a Gamma(shape, 1) variable at x ≥ 0 that is safe to compute: the power series below the mean, Lentz's
 * continued fraction above it (Abramowitz & Stegun 6.5.29 and 6.5.31), both over Loader's density.
 */
export function gammaTail(shape: number, x: number): Tail {
  if (!(shape > 0)) throw new RangeError(`a gamma shape is positive, got ${shape}`);
  if (x <= 0) return { side: 'lower', log: Number.NEGATIVE_INFINITY };
  if (x === Number.POSITIVE_INFINITY) return { side: 'upper', log: Number.NEGATIVE_INFINITY };
  const logMass = logPoissonMass(shape, x);
  return x < shape + 1
    ? { side: 'lower', log: logMass + Math.log(lowerSeries(shape, x)) }
    : { side: 'upper', log: logMass + Math.log(shape) - Math.log(x) - Math.log(upperFraction(shape, x)) };
}

/** ln of x^shape e^(−x) / Γ(shape + 1). */
export function logPoissonMass(shape: number, x: number): number {
  return -stirlingError(shape) - poissonDeviance(shape, x) - 0.5 * Math.log(2 * Math.PI * shape);
}

function lowerSeries(shape: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; n < 1_000_000; n++) {
    term *= x / (shape + n);
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return sum;
}

/** The denominator D with upper = density / D, in units where D → 1 for large x. */
function upperFraction(shape: number, x: number): number {
  // Q(s, x) = x^s e^(−x) / Γ(s) · 1 / (x + 1 − s − 1(1 − s) / (x + 3 − s − …)).
  let b = x + 1 - shape;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 1_000_000; i++) {
    const a = -i * (i - shape);
    b += 2;
    d = 1 / nonZero(a * d + b);
    c = nonZero(b + a / c);
    const change = c * d;
    h *= change;
    if (Math.abs(change - 1) < 2e-16) break;
  }
  return 1 / (x * h);
}

function nonZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
