import { poissonDeviance, stirlingError } from './log-gamma.ts';
import { solveLogTail, type Tail } from './tail.ts';

/**
 * The tail of a Beta(a, b) variable at x that is safe to compute, by the continued fraction of Abramowitz & Stegun
 * 26.5.8 over Loader's density. `y` is 1 − x, given apart so that neither end loses digits.
 */
export function betaTail(a: number, b: number, x: number, y: number): Tail {
  if (!(a > 0 && b > 0)) throw new RangeError(`beta parameters are positive, got ${a} and ${b}`);
  if (x <= 0) return { side: 'lower', log: Number.NEGATIVE_INFINITY };
  if (y <= 0) return { side: 'upper', log: Number.NEGATIVE_INFINITY };
  const logPower = logBetaPower(a, b, x, y);
  return x * (a + b + 2) < a + 1
    ? { side: 'lower', log: logPower - Math.log(a) + Math.log(fraction(a, b, x)) }
    : { side: 'upper', log: logPower - Math.log(b) + Math.log(fraction(b, a, y)) };
}

/** ln of x^a y^b / B(a, b): the density of the log-odds of a Beta(a, b) variable. */
export function logBetaPower(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  return (
    stirlingError(n) -
    stirlingError(a) -
    stirlingError(b) -
    poissonDeviance(a, n * x) -
    poissonDeviance(b, n * y) +
    0.5 * (Math.log(a) + Math.log(b / n) - Math.log(2 * Math.PI))
  );
}

/** The odds x / (1 − x) at which the asked tail of Beta(a, b) has the logarithm `logTarget`. */
export function betaOddsQuantile(a: number, b: number, side: Tail['side'], logTarget: number): number {
  const centre = Math.log(a / b);
  const at = (u: number) => {
    const [x, y] = fromLogOdds(u);
    return { tail: betaTail(a, b, x, y), logDensity: logBetaPower(a, b, x, y) };
  };
  return Math.exp(solveLogTail(at, side, logTarget, centre));
}

/** x and 1 − x for x = eᵘ / (1 + eᵘ), neither by subtraction. */
function fromLogOdds(u: number): [x: number, y: number] {
  const small = Math.exp(-Math.abs(u));
  const minor = small / (1 + small);
  const major = 1 / (1 + small);
  return u < 0 ? [minor, major] : [major, minor];
}

function fraction(a: number, b: number, x: number): number {
  const n = a + b;
  let c = 1;
  let d = 1 / nonZero(1 - (n * x) / (a + 1));
  let h = d;
  for (let m = 1; m < 1_000_000; m++) {
    const twice = 2 * m;
    const even = (m * (b - m) * x) / ((a + twice - 1) * (a + twice));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (n + m) * x) / ((a + twice) * (a + twice + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const change = d * c;
    h *= change;
    if (Math.abs(change - 1) < 2e-16) break;
  }
  return h;
}

function nonZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
