export { type BetaBinomial, betaBinomial } from './bayes/beta-binomial.ts';
export { type NormalPosterior, normalPosterior } from './bayes/normal-posterior.ts';
export { type BalanceRow, balanceTable } from './causal/balance.ts';
export { regressionEffect, unadjustedEffect } from './causal/baseline-effects.ts';
export { type CausalReport, causalReport, type EffectLine } from './causal/causal-report.ts';
export {
  differenceInDifferences,
  type Periods,
  type TrendDifference,
} from './causal/difference-in-differences.ts';
export {
  type DoublyRobustEffect,
  doublyRobustEffect,
  type Predictions,
  predictByArm,
} from './causal/doubly-robust.ts';
export { type Effect, type EffectMethod, effectiveSize } from './causal/effect.ts';
export { encodeCauses, isZero, type RawCause, squareOf } from './causal/encode-causes.ts';
export {
  attByDimension,
  type DimensionEffects,
  type IndividualEffects,
  pehe,
  sLearner,
  tLearner,
} from './causal/individual-effects.ts';
export { bestOf, type Learner, linear, multiplicative } from './causal/learners.ts';
export { type Matching, type MatchOptions, matchNearest } from './causal/match.ts';
export { type MatchedEffect, matchedEffect } from './causal/matched-effect.ts';
export { assessOverlap, type Overlap } from './causal/overlap.ts';
export {
  type PlaceboOutcome,
  type PlaceboTreatment,
  placeboOutcomes,
  placeboTreatment,
} from './causal/placebo.ts';
export {
  assignedPropensity,
  concordance,
  fitPropensity,
  type Propensity,
  type PropensityModel,
} from './causal/propensity.ts';
export { type StratifiedEffect, stratifiedEffect } from './causal/stratify.ts';
export type { CausalRefusal, CausalRefusalCode, Cause, Study } from './causal/study.ts';
export { inverseProbabilityWeights, type WeightedEffect, weightedEffect } from './causal/weighting.ts';
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
export { anova, type FTest } from './fixed/anova.ts';
export { type Comparison, compare } from './fixed/comparison.ts';
export {
  cochranMantelHaenszel,
  independence,
  type MantelHaenszel,
  type TwoByTwo,
} from './fixed/contingency.ts';
export {
  type CupedArms,
  type CupedEstimate,
  type CupedOptions,
  type CupedSlopes,
  cuped,
  type RegressionAdjusted,
  regressionAdjusted,
} from './fixed/cuped.ts';
export { fisherExact } from './fixed/fisher.ts';
export { cochranQ, type Heterogeneity, inverseVariance, type SliceEffect } from './fixed/heterogeneity.ts';
export { type Interaction, interaction } from './fixed/interaction.ts';
export { kolmogorovSmirnov } from './fixed/kolmogorov-smirnov.ts';
export { type LinearRegression, linearRegression } from './fixed/linear-regression.ts';
export { locationShift, mannWhitney, mannWhitneyExact, type RankSum } from './fixed/mann-whitney.ts';
export { type Adjustment, adjustPValues } from './fixed/multiplicity.ts';
export { quantileDifference } from './fixed/quantile-difference.ts';
export { type RatioArms, ratioDifference } from './fixed/ratio.ts';
export {
  deltaLift,
  fiellerLift,
  type LiftScale,
  logLift,
  type MeansWithVariance,
  meansOf,
  relativeLift,
} from './fixed/relative-lift.ts';
export { type SampleRatio, sampleRatio } from './fixed/srm.ts';
export {
  type Interval,
  type Proportion,
  type ProportionArms,
  type TwoProportions,
  twoProportions,
  wilsonInterval,
} from './fixed/two-proportion.ts';
export { type Arms, pairedT, student, welch, welchDegreesOfFreedom } from './fixed/welch.ts';
export { type CrossMoments, crossMomentsOf, mergeCrossMoments } from './metrics/cross-moments.ts';
export {
  type Moments,
  mergeMoments,
  momentsOf,
  momentsOfProportion,
  momentsOfSums,
  noMoments,
  varianceOf,
} from './metrics/moments.ts';
export { quantileOf, quantileOfSorted } from './metrics/quantile.ts';
export { type Winsorised, winsorise } from './metrics/winsorise.ts';
export {
  arcsinePower,
  arcsineSampleSize,
  cohenH,
  detectableMean,
  detectableProportion,
  meanPower,
  meanSampleSize,
  normalSampleSize,
  type PowerTarget,
  proportionPower,
  proportionSampleSize,
} from './power/power.ts';
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
export { detectableBySequence, type SequenceTarget, varianceToDetect } from './sequential/sequence-power.ts';
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
export {
  compositionByDimension,
  type DimensionDivision,
  heterogeneityByDimension,
} from './shapley/by-dimension.ts';
export { type ChangeCell, type ChangeDivision, divideChanges } from './shapley/concurrent-changes.ts';
export { shapleyExact } from './shapley/exact.ts';
export { divideFunnel, type FunnelDivision, type FunnelStep } from './shapley/funnel.ts';
export {
  type CoalitionValue,
  type Division,
  type DivisionRefusalCode,
  type DivisionRefused,
  EXACT_PLAYERS,
  type MembershipValue,
} from './shapley/game.ts';
export { kernelShapWeight } from './shapley/kernel-weights.ts';
export type { LiftCell } from './shapley/lift-cells.ts';
export { divideMixRate, type MixRate, type MixRateRefused, type SegmentChange } from './shapley/mix-rate.ts';
export { owenExact } from './shapley/owen.ts';
export { type ScanOptions, type Slice, scanSlices } from './shapley/scan-slices.ts';
export { shapley } from './shapley/shapley.ts';
export { type WalkVariance, walkVariance } from './shapley/walk-variance.ts';
export { type SampledDivision, shapleyWalks, type WalkOptions } from './shapley/walks.ts';
export { type AcceptanceOptions, type AcceptanceRow, acceptance, upper99 } from './simulation/acceptance.ts';
export { boundedStreams, type CoverageRow } from './simulation/bounded-streams.ts';
export { ordinaryDay, type TrafficPlan } from './simulation/traffic.ts';
