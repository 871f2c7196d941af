import { evaluatePolynomial } from './polynomial.ts';

const LOG_SQRT_TWO_PI = 0.918938533204672741780329736406;

/** Density of the standard normal distribution at `z`. */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z - LOG_SQRT_TWO_PI);
}

/** P(Z ≤ z), accurate in relative terms down to the smallest double. */
export function normalCdf(z: number): number {
  return normalUpper(-z);
}

/**
 * P(Z > z), computed directly, never as 1 − cdf.
 * Rational approximations of W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 1969,
 * and "Algorithm 715", ACM TOMS 1993.
 */
export function normalUpper(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  const size = Math.abs(z);
  if (size <= CENTRAL) return 0.5 - centralArea(z);
  const tail = smallTail(size);
  return z > 0 ? tail : 1 - tail;
}

/** ln P(Z > z), finite where the probability itself underflows. */
export function normalLogUpper(z: number): number {
  if (z <= CENTRAL) return z < -5 ? Math.log1p(-normalUpper(-z)) : Math.log(normalUpper(z));
  if (z === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  return -0.5 * z * z + Math.log(millsScaled(z));
}

/** ln P(Z ≤ z), finite where the probability itself underflows. */
export function normalLogCdf(z: number): number {
  return normalLogUpper(-z);
}

/** z with P(Z ≤ z) = p, for p in [0, 1]. M. J. Wichura, "Algorithm AS 241", Applied Statistics 1988. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability lies in [0, 1], got ${p}`);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * evaluatePolynomial(WICHURA_A, r)) / evaluatePolynomial(WICHURA_B, r);
  }
  return q < 0 ? normalQuantileOfLog(Math.log(p)) : -normalQuantileOfLog(Math.log1p(-p));
}

/** z with P(Z > z) = q: keeps its digits where 1 − q would round to 1. */
export function normalUpperQuantile(q: number): number {
  return -normalQuantile(q);
}

/** z with ln P(Z ≤ z) = logP, for logP ≤ ln ½; reaches beyond the underflow of p. */
function normalQuantileOfLog(logP: number): number {
  if (logP === Number.NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  const root = Math.sqrt(-logP);
  const [top, bottom, r] =
    root <= 5 ? [WICHURA_C, WICHURA_D, root - 1.6] : ([WICHURA_E, WICHURA_F, root - 5] as const);
  const z = -evaluatePolynomial(top, r) / evaluatePolynomial(bottom, r);
  // One Newton step on ln Φ keeps full accuracy past the range the approximation was fitted on.
  const logCdf = normalLogCdf(z);
  const slope = Math.exp(-0.5 * z * z - LOG_SQRT_TWO_PI - logCdf);
  return z - (logCdf - logP) / slope;
}

/** Below this |z| the area is computed from the centre. */
const CENTRAL = 0.67448975;
const FAR = 5.656854249492381;

function centralArea(z: number): number {
  const square = z * z;
  let top = CODY_A4 * square;
  let bottom = square;
  for (let i = 0; i < 3; i++) {
    top = (top + (CODY_A[i] ?? 0)) * square;
    bottom = (bottom + (CODY_B[i] ?? 0)) * square;
  }
  return (z * (top + (CODY_A[3] ?? 0))) / (bottom + (CODY_B[3] ?? 0));
}

/** P(Z > z) / exp(−z²/2) for z above the centre. */
function millsScaled(z: number): number {
  if (z <= FAR) {
    let top = CODY_C8 * z;
    let bottom = z;
    for (let i = 0; i < 7; i++) {
      top = (top + (CODY_C[i] ?? 0)) * z;
      bottom = (bottom + (CODY_D[i] ?? 0)) * z;
    }
    return (top + (CODY_C[7] ?? 0)) / (bottom + (CODY_D[7] ?? 0));
  }
  const inverse = 1 / (z * z);
  let top = CODY_P5 * inverse;
  let bottom = inverse;
  for (let i = 0; i < 4; i++) {
    top = (top + (CODY_P[i] ?? 0)) * inverse;
    bottom = (bottom + (CODY_Q[i] ?? 0)) * inverse;
  }
  const correction = (inverse * (top + (CODY_P[4] ?? 0))) / (bottom + (CODY_Q[4] ?? 0));
  return (ONE_OVER_SQRT_TWO_PI - correction) / z;
}

/** P(Z > z) with exp(−z²/2) split so that the square loses no digits (Cody's device). */
function smallTail(z: number): number {
  const head = Math.trunc(z * 16) / 16;
  const rest = (z - head) * (z + head);
  return Math.exp(-0.5 * head * head) * Math.exp(-0.5 * rest) * millsScaled(z);
}

const ONE_OVER_SQRT_TWO_PI = 0.398942280401432677939946059934;
const CODY_A = [2.2352520354606839287, 161.02823106855587881, 1067.6894854603709582, 18154.981253343561249];
const CODY_A4 = 0.065682337918207449113;
const CODY_B = [47.20258190468824187, 976.09855173777669322, 10260.932208618978205, 45507.789335026729956];
const CODY_C = [
  0.39894151208813466764, 8.8831497943883759412, 93.506656132177855979, 597.27027639480026226,
  2494.5375852903726711, 6848.1904505362823326, 11602.651437647350124, 9842.7148383839780218,
];
const CODY_C8 = 1.0765576773720192317e-8;
const CODY_D = [
  22.266688044328115691, 235.38790178262499861, 1519.377599407554805, 6485.558298266760755,
  18615.571640885098091, 34900.952721145977266, 38912.003286093271411, 19685.429676859990727,
];
const CODY_P = [
  0.21589853405795699, 0.1274011611602473639, 0.022235277649800119, 0.001421619193227893466,
  2.9112874951168792e-5,
];
const CODY_P5 = 0.02307344176494017303;
const CODY_Q = [
  1.28426009614491121, 0.468238212480865118, 0.0659881378689285515, 0.00378239633202758244,
  7.29751555083966205e-5,
];
const WICHURA_A = [
  3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
  45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
];
const WICHURA_B = [
  1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
  39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
];
const WICHURA_C = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
  1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
];
const WICHURA_D = [
  1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
  0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
];
const WICHURA_E = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
  0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
];
const WICHURA_F = [
  1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
  1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
];
