export { betaCdf, betaLogCdf, betaLogUpper, betaQuantile, betaUpper } from './distributions/beta.ts';
export {
  chiSquareCdf,
  chiSquareLogUpper,
  chiSquareQuantile,
  chiSquareUpper,
} from './distributions/chi-square.ts';
export { fCdf, fLogUpper, fQuantile, fUpper } from './distributions/f.ts';
export { logBeta, logChoose, logGamma } from './distributions/log-gamma.ts';
export {
  normalCdf,
  normalDensity,
  normalLogCdf,
  normalLogUpper,
  normalQuantile,
  normalUpper,
  normalUpperQuantile,
} from './distributions/normal.ts';
export {
  studentTCdf,
  studentTLogUpper,
  studentTQuantile,
  studentTTwoSided,
  studentTUpper,
} from './distributions/student-t.ts';
