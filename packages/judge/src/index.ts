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
export { type Judged, type Refusal, type RefusalCode, refusalMessages, refuse } from './refusal.ts';
export { type Spending, spentAlpha } from './sequential/alpha-spending.ts';
export { type AsymptoticLook, asymptoticSequence, type Look } from './sequential/asymptotic-sequence.ts';
export {
  advanceBetting,
  type BettingOptions,
  type BettingState,
  evenCandidates,
  startBetting,
} from './sequential/betting-sequence.ts';
export {
  advanceClusterSequence,
  type ClusterLook,
  type ClusterSequenceState,
  type ClusterTest,
  startClusterSequence,
} from './sequential/cluster-sequence.ts';
export { eBenjaminiHochberg } from './sequential/e-bh.ts';
export {
  advanceSpending,
  classicalBounds,
  crossingProbability,
  type SpendingState,
  spendingBounds,
  spendingStart,
} from './sequential/group-sequential.ts';
export { advanceMsprt, type MsprtLook, type MsprtState, msprtStart } from './sequential/msprt.ts';
export {
  mixtureHalfWidth,
  mixtureLogEvidence,
  type Side,
  tunedRhoSquared,
  tunedTau,
} from './sequential/normal-mixture.ts';
export {
  advanceRateEProcess,
  type RateBatch,
  type RateCounts,
  type RateEProcessState,
  type RateNull,
  rateEProcessStart,
} from './sequential/rate-e-process.ts';
export { rateLogEvidence, rateSequence } from './sequential/rate-sequence.ts';
export {
  advanceSequentialSrm,
  type SequentialSrmOptions,
  type SequentialSrmState,
  startSequentialSrm,
} from './sequential/sequential-srm.ts';
export {
  type ArmName,
  addToSubBuckets,
  type SubBucketCount,
  type SubBucketCovariate,
  type SubBucketEstimate,
  type SubBucketState,
  type SubBucketSums,
  startSubBuckets,
  subBucketDifference,
  subBucketRate,
} from './sequential/sub-buckets.ts';
export { type AcceptanceOptions, type AcceptanceRow, acceptance, upper99 } from './simulation/acceptance.ts';
export { ordinaryDay, type TrafficPlan } from './simulation/traffic.ts';
