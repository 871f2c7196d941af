import { type Judged, refuse } from '../refusal.ts';

/** Which side of the comparison a count belongs to. */
export type ArmName = 'treatment' | 'control';

/**
 * Sums of one arm by sub-bucket. A sub-bucket holds the units of one hash value, so its sums are independent of the
 * others' however sticky, heavy-tailed or autocorrelated a unit's own traffic is.
 */
export type SubBucketSums = {
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
  /** Distinct units seen, as far as the caller counts them. */
  readonly units: number;
};

/** The same metric over the same units before the change started. */
export type SubBucketCovariate = Pick<SubBucketSums, 'numerator' | 'denominator'>;

/** Cumulative sums of both arms. Plain data. */
export type SubBucketState = {
  readonly treatment: SubBucketSums;
  readonly control: SubBucketSums;
  readonly before?: { readonly treatment: SubBucketCovariate; readonly control: SubBucketCovariate };
};

/** One row of a batch: what came in since the last one. */
export type SubBucketCount = {
  readonly arm: ArmName;
  readonly subBucket: number;
  readonly numerator: number;
  readonly denominator: number;
  /** Units seen for the first time. */
  readonly newUnits?: number;
};

/** An estimate whose variance is taken between sub-buckets. */
export type SubBucketEstimate = {
  readonly estimate: number;
  readonly variance: number;
  readonly degreesOfFreedom: number;
  readonly rates: { readonly treatment: number; readonly control: number };
  /** Present when the covariate was used: its slope, and the share of the variance it removed. */
  readonly cuped?: { readonly theta: number; readonly gain: number };
};

/** Empty sums for `count` sub-buckets per arm; `before` is the pre-climb covariate for CUPED. */
export function startSubBuckets(count: number, before?: SubBucketState['before']): SubBucketState {
  const zeros = Array.from({ length: count }, () => 0);
  const empty: SubBucketSums = { numerator: zeros, denominator: zeros, units: 0 };
  return before === undefined
    ? { treatment: empty, control: empty }
    : { treatment: empty, control: empty, before };
}

/** The sums with a batch added. Rows outside the sub-buckets or with numbers that are not finite are refused as a whole. */
export function addToSubBuckets(
  state: SubBucketState,
  batch: readonly SubBucketCount[],
): Judged<{ readonly state: SubBucketState }> {
  const size = state.treatment.numerator.length;
  const next = { treatment: writable(state.treatment), control: writable(state.control) };
  for (const row of batch) {
    const { subBucket, numerator, denominator } = row;
    const arm = next[row.arm];
    if (
      !(subBucket >= 0 && subBucket < size) ||
      !Number.isFinite(numerator) ||
      !Number.isFinite(denominator)
    ) {
      return refuse('INPUT_INVALID', `sub-bucket ${subBucket} of ${size}: ${numerator} / ${denominator}`);
    }
    arm.numerator[subBucket] = (arm.numerator[subBucket] ?? 0) + numerator;
    arm.denominator[subBucket] = (arm.denominator[subBucket] ?? 0) + denominator;
    arm.units += row.newUnits ?? 0;
  }
  return { state: { ...state, ...next } };
}

/**
 * Ratio of one arm, Σ numerator / Σ denominator, with the delta method's variance between sub-buckets
 * (Deng, Knoblich & Lu, "Applying the delta method in metric analytics", KDD 2018). The variance is at least that of one
 * single event of size `grain`: where nothing, or everything, failed so far, the next request may differ.
 */
export function subBucketRate(
  sums: SubBucketCovariate,
  grain = 0,
): Judged<{ readonly rate: number; readonly variance: number; readonly degreesOfFreedom: number }> {
  const part = ratioOf(sums, grain);
  if (part.refused) return part;
  if (part.variance > 0) return part;
  return refuse('VARIANCE_ZERO', 'all sub-buckets have the same rate');
}

/**
 * Treatment's ratio minus control's. With a pre-climb covariate in the state, CUPED with the slope pooled within arms
 * (Deng, Xu, Kohavi & Walker, WSDM 2013), applied to the linearised ratios. `grain` as for `subBucketRate`, in each arm.
 */
export function subBucketDifference(state: SubBucketState, grain = 0): Judged<SubBucketEstimate> {
  const treatment = ratioOf(state.treatment, grain);
  if (treatment.refused) return refuse(treatment.refused, `treatment: ${treatment.missing}`);
  const control = ratioOf(state.control, grain);
  if (control.refused) return refuse(control.refused, `control: ${control.missing}`);
  const variance = treatment.variance + control.variance;
  if (!(variance > 0)) return refuse('VARIANCE_ZERO', 'no sub-bucket differs from another');
  const rates = { treatment: treatment.rate, control: control.rate };
  const count = state.treatment.numerator.length;
  const raw: SubBucketEstimate = {
    estimate: rates.treatment - rates.control,
    variance,
    degreesOfFreedom: 2 * (count - 1),
    rates,
  };
  return state.before === undefined ? raw : adjusted(state, state.before, raw, grain);
}

function adjusted(
  state: SubBucketState,
  before: NonNullable<SubBucketState['before']>,
  raw: SubBucketEstimate,
  grain: number,
): SubBucketEstimate {
  const rates = { treatment: rateOf(before.treatment), control: rateOf(before.control) };
  const parts = (['treatment', 'control'] as const).map((arm) => ({
    now: linearised(state[arm], raw.rates[arm], sum(state[arm].denominator)),
    past: linearised(before[arm], rates[arm], sum(before[arm].denominator)),
  }));
  const spread = parts.reduce((total, { past }) => total + dot(past, past), 0);
  // A covariate that never varied, or an arm without a past, can explain nothing: the raw estimate stands.
  if (!(spread > 0) || !Number.isFinite(rates.treatment - rates.control)) return raw;
  const theta = parts.reduce((total, { now, past }) => total + dot(now, past), 0) / spread;
  const count = state.treatment.numerator.length;
  const left = parts.reduce(
    (total, { now, past }) => total + now.reduce((s, y, k) => s + (y - theta * (past[k] ?? 0)) ** 2, 0),
    0,
  );
  // One more degree of freedom goes to the slope.
  const degreesOfFreedom = raw.degreesOfFreedom - 1;
  const between = (count / (count - 1)) * left * (raw.degreesOfFreedom / degreesOfFreedom);
  const variance = Math.max(
    between,
    leastVariance(state.treatment, grain) + leastVariance(state.control, grain),
  );
  if (!(variance > 0)) return raw;
  return {
    ...raw,
    estimate: raw.estimate - theta * (rates.treatment - rates.control),
    variance,
    degreesOfFreedom,
    cuped: { theta, gain: 1 - variance / raw.variance },
  };
}

function rateOf(sums: SubBucketCovariate): number {
  return sum(sums.numerator) / sum(sums.denominator);
}

function ratioOf(
  sums: SubBucketCovariate,
  grain: number,
): Judged<{ readonly rate: number; readonly variance: number; readonly degreesOfFreedom: number }> {
  const count = sums.numerator.length;
  const total = sum(sums.denominator);
  if (!(total > 0)) return refuse('ARM_EMPTY', 'nothing was counted yet');
  if (count < 2) return refuse('UNITS_TOO_FEW', `a variance needs two sub-buckets, got ${count}`);
  const rate = sum(sums.numerator) / total;
  const residuals = linearised(sums, rate, total);
  const variance = Math.max((count / (count - 1)) * dot(residuals, residuals), leastVariance(sums, grain));
  return { rate, variance, degreesOfFreedom: count - 1 };
}

/** What a single event of size `grain` in one sub-bucket would add. */
function leastVariance(sums: SubBucketCovariate, grain: number): number {
  return (grain / sum(sums.denominator)) ** 2;
}

/** Each sub-bucket's part in the deviation of the ratio from its expectation. */
function linearised(sums: SubBucketCovariate, rate: number, total: number): number[] {
  return sums.numerator.map((numerator, k) => (numerator - rate * (sums.denominator[k] ?? 0)) / total);
}

function writable(sums: SubBucketSums): { numerator: number[]; denominator: number[]; units: number } {
  return { numerator: [...sums.numerator], denominator: [...sums.denominator], units: sums.units };
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] ?? 0) * (b[i] ?? 0);
  return total;
}
