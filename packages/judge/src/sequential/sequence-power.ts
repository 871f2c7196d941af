import { normalUpperQuantile } from '../distributions/normal.ts';
import { type Judged, refuse } from '../refusal.ts';
import { mixtureHalfWidth, type Side } from './normal-mixture.ts';

/** A running confidence sequence and the power asked of it. */
export type SequenceTarget = {
  readonly alpha: number;
  readonly tau: number;
  readonly side: Side;
  readonly power: number;
};

/**
 * Effect that the sequence finds with the power asked for once the estimate's variance has come down to `variance`: the
 * half-width plus the normal error. A little pessimistic, since earlier looks may have found it already.
 */
export function detectableBySequence(variance: number, target: SequenceTarget): number {
  const { tau, alpha, side, power } = target;
  return mixtureHalfWidth(variance, tau, alpha, side) + normalUpperQuantile(1 - power) * Math.sqrt(variance);
}

/**
 * Variance the estimate must come down to before an effect is found with the power asked for; divide the variance per unit
 * by it for the units that takes.
 */
export function varianceToDetect(
  effect: number,
  target: SequenceTarget,
): Judged<{ readonly variance: number }> {
  if (!(effect > 0)) return refuse('TARGET_UNREACHABLE', `the effect to see is ${effect}`);
  let low = Math.log(effect * effect) - 60;
  let high = Math.log(effect * effect);
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (detectableBySequence(Math.exp(middle), target) < effect) low = middle;
    else high = middle;
  }
  return { variance: Math.exp(low) };
}
