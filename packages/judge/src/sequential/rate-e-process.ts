import { type Judged, refuse } from '../refusal.ts';

/** Events among trials. */
export type RateCounts = { readonly events: number; readonly trials: number };

/** What one batch brought to both streams. */
export type RateBatch = { readonly treatment: RateCounts; readonly control: RateCounts };

/** Totals of the blocks scored so far, the block being filled, and the evidence. Plain data. */
export type RateEProcessState = RateBatch & {
  readonly pending: RateBatch;
  readonly logEvidence: number;
  readonly peakLogEvidence: number;
};

/**
 * The hypothesis to be refuted: the rates are equal, or treatment's rate is at most control's plus `margin`
 * (0 ≤ margin < 1).
 */
export type RateNull = { readonly kind: 'equal' } | { readonly kind: 'at-most'; readonly margin: number };

/** Before the first batch. */
export const rateEProcessStart: RateEProcessState = {
  treatment: { events: 0, trials: 0 },
  control: { events: 0, trials: 0 },
  pending: { treatment: { events: 0, trials: 0 }, control: { events: 0, trials: 0 } },
  logEvidence: 0,
  peakLogEvidence: 0,
};

/**
 * Exact e-process for two Bernoulli streams: the likelihood of each block of trials under rates learned from the blocks
 * before it, over its likelihood under the nearest point of the null. Batches are gathered until both arms have `blockSize`
 * trials, because one arm alone says nothing about a difference. Reject when the evidence reaches 1/α; no approximation,
 * however few the trials and however often one looks. Trials must be independent: count one answer per unit, or give the
 * null a margin wider than what sticky units can produce.
 *
 * Turner, Ly & Grünwald, "Generic E-variables for exact sequential k-sample tests that allow for optional stopping",
 * J. Statist. Plann. Inference 2024; convex nulls with a margin: Turner & Grünwald, "Exact anytime-valid confidence
 * intervals for contingency tables and beyond", 2023.
 */
export function advanceRateEProcess(
  state: RateEProcessState,
  batch: RateBatch,
  rateNull: RateNull,
  blockSize = 5,
): Judged<{ readonly state: RateEProcessState; readonly logEvidence: number; readonly p: number }> {
  for (const arm of ['treatment', 'control'] as const) {
    const { events, trials } = batch[arm];
    if (!(events >= 0 && events <= trials && trials < Number.POSITIVE_INFINITY)) {
      return refuse('INPUT_INVALID', `${arm}: ${events} events among ${trials} trials`);
    }
  }
  const block = addBatch(state.pending, batch);
  // Closed by the number of trials alone, never by their outcomes: the block is as good as planned beforehand.
  if (Math.min(block.treatment.trials, block.control.trials) < blockSize) {
    const waiting = { ...state, pending: block };
    return { state: waiting, logEvidence: state.logEvidence, p: Math.exp(-state.peakLogEvidence) };
  }
  const t = learnedRate(state.treatment);
  const c = learnedRate(state.control);
  const nearest = project(t, c, block.treatment.trials, block.control.trials, rateNull);
  const logEvidence =
    state.logEvidence +
    logLikelihoodRatio(block.treatment, t, nearest.treatment) +
    logLikelihoodRatio(block.control, c, nearest.control);
  const next: RateEProcessState = {
    ...addBatch(state, block),
    pending: rateEProcessStart.pending,
    logEvidence,
    peakLogEvidence: Math.max(state.peakLogEvidence, logEvidence),
  };
  return { state: next, logEvidence, p: Math.exp(-next.peakLogEvidence) };
}

/** Prior weight on either outcome; 0.18 is the value the paper found to have near-optimal regret. */
const PRIOR = 0.18;

function learnedRate({ events, trials }: RateCounts): number {
  return (events + PRIOR) / (trials + 2 * PRIOR);
}

function addBatch(a: RateBatch, b: RateBatch): RateBatch {
  return { treatment: add(a.treatment, b.treatment), control: add(a.control, b.control) };
}

function add(a: RateCounts, b: RateCounts): RateCounts {
  return { events: a.events + b.events, trials: a.trials + b.trials };
}

function logLikelihoodRatio({ events, trials }: RateCounts, top: number, bottom: number): number {
  if (top === bottom) return 0;
  const misses = trials - events;
  return (
    (events > 0 ? events * Math.log(top / bottom) : 0) +
    (misses > 0 ? misses * (Math.log1p(-top) - Math.log1p(-bottom)) : 0)
  );
}

/** The null's point nearest in Kullback–Leibler divergence to the learned rates, each weighted by its trials. */
function project(
  treatment: number,
  control: number,
  treated: number,
  controlled: number,
  rateNull: RateNull,
): { readonly treatment: number; readonly control: number } {
  const total = treated + controlled;
  if (rateNull.kind === 'equal') {
    const pooled = total > 0 ? (treated * treatment + controlled * control) / total : treatment;
    return { treatment: pooled, control: pooled };
  }
  const { margin } = rateNull;
  if (treatment <= control + margin || total === 0) return { treatment, control };
  if (margin === 0) {
    const pooled = (treated * treatment + controlled * control) / total;
    return { treatment: pooled, control: pooled };
  }
  // On the boundary treatment = control + margin the divergence is convex in control: bisect its slope.
  let low = Math.min(control, 1 - margin);
  let high = Math.min(treatment - margin, 1 - margin);
  for (let step = 0; step < 60 && high - low > 1e-15; step++) {
    const c = (low + high) / 2;
    const t = c + margin;
    const slope = (controlled * (c - control)) / (c * (1 - c)) + (treated * (t - treatment)) / (t * (1 - t));
    if (slope > 0) high = c;
    else low = c;
  }
  const c = (low + high) / 2;
  return { treatment: c + margin, control: c };
}
