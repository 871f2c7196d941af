/**
 * Root of a function between two points of opposite sign, to within `tolerance` of its place: Brent's `zeroin` (1973), step
 * for step as in R's `uniroot`, so that answers on step functions agree with R's too.
 */
export function brentRoot(
  f: (x: number) => number,
  from: number,
  to: number,
  tolerance: number,
  steps = 1000,
): number {
  let a = from;
  let b = to;
  let fa = f(a);
  let fb = f(b);
  if (fa === 0) return a;
  if (fb === 0) return b;
  let c = a;
  let fc = fa;
  for (let step = 0; step <= steps; step++) {
    const previous = b - a;
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b, c] = [b, c, b];
      [fa, fb, fc] = [fb, fc, fb];
    }
    const least = 2 * Number.EPSILON * Math.abs(b) + tolerance / 2;
    let move = (c - b) / 2;
    if (Math.abs(move) <= least || fb === 0) return b;
    if (Math.abs(previous) >= least && Math.abs(fa) > Math.abs(fb)) {
      const width = c - b;
      const { p, q } = a === c ? secant(width, fb / fa) : inverseQuadratic(width, b - a, fa, fb, fc);
      if (p < 0.75 * width * q - Math.abs(least * q) / 2 && p < Math.abs((previous * q) / 2)) move = p / q;
    }
    if (Math.abs(move) < least) move = move > 0 ? least : -least;
    a = b;
    fa = fb;
    b += move;
    fb = f(b);
    if ((fb > 0 && fc > 0) || (fb < 0 && fc < 0)) {
      c = a;
      fc = fa;
    }
  }
  return b;
}

type Fraction = { readonly p: number; readonly q: number };

function secant(width: number, t1: number): Fraction {
  return positive(width * t1, 1 - t1);
}

function inverseQuadratic(width: number, last: number, fa: number, fb: number, fc: number): Fraction {
  const q = fa / fc;
  const t1 = fb / fc;
  const t2 = fb / fa;
  return positive(t2 * (width * q * (q - t1) - last * (t1 - 1)), (q - 1) * (t1 - 1) * (t2 - 1));
}

function positive(p: number, q: number): Fraction {
  return p > 0 ? { p, q: -q } : { p: -p, q };
}
