import { evaluatePolynomial } from './polynomial.ts';

const LOG_SQRT_TWO_PI = 0.9189385332046728;

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
  const tail = size < 40 ? smallTail(size) : 0;
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

const ONE_OVER_SQRT_TWO_PI = 0.3989422804014327;
const CODY_A = [2.2352520354606837, 161.02823106855587, 1067.6894854603709, 18154.98125334356];
const CODY_A4 = 0.06568233791820745;
const CODY_B = [47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673];
const CODY_C = [
  0.39894151208813466, 8.883149794388377, 93.50665613217785, 597.2702763948002, 2494.5375852903726,
  6848.190450536283, 11602.65143764735, 9842.714838383978,
];
const CODY_C8 = 1.0765576773720192e-8;
const CODY_D = [
  22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097,
  34900.95272114598, 38912.00328609327, 19685.429676859992,
];
const CODY_P = [
  0.215898534057957, 0.12740116116024736, 0.022235277649800118, 0.0014216191932278934, 2.9112874951168793e-5,
];
const CODY_P5 = 0.023073441764940174;
const CODY_Q = [
  1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824, 7.297515550839662e-5,
];
const WICHURA_A = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
];
const WICHURA_B = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852854,
];
const WICHURA_C = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
];
const WICHURA_D = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
];
const WICHURA_E = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
];
const WICHURA_F = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
];
