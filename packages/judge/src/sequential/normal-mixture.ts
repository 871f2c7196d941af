import { normalLogCdf } from '../distributions/normal.ts';

/** Which departures from the null count: both, or one direction only. */
export type Side = 'both' | 'above' | 'below';

/**
 * ln of the normal-mixture likelihood ratio of an estimate against `nullValue`: alternatives N(0, τ²), cut to one half
 * for one-sided tests. At most 1/α of it is ever exceeded with probability α, however often one looks, as long as the
 * estimate's information 1/variance grows (Robbins 1970; Johari et al. 2022; one-sided: Howard et al. 2021).
 */
export function mixtureLogEvidence(
  estimate: number,
  variance: number,
  tau: number,
  nullValue = 0,
  side: Side = 'both',
): number {
  const prior = tau * tau;
  const total = variance + prior;
  const distance = estimate - nullValue;
  const both = (prior * distance * distance) / (2 * variance * total) - 0.5 * Math.log(total / variance);
  if (side === 'both') return both;
  const toward = side === 'above' ? distance : -distance;
  return both + Math.LN2 + normalLogCdf((toward * tau) / Math.sqrt(variance * total));
}

/**
 * How far the estimate may lie from the truth, at every look at once, with probability 1 − α: the distance at which
 * `mixtureLogEvidence` reaches ln(1/α).
 */
export function mixtureHalfWidth(variance: number, tau: number, alpha: number, side: Side = 'both'): number {
  const prior = tau * tau;
  const total = variance + prior;
  const both = Math.sqrt(((variance * total) / prior) * Math.log(total / (variance * alpha * alpha)));
  if (side === 'both') return both;
  // One-sided evidence is convex and increasing in the distance: Newton from the two-sided width descends to the root.
  const target = -Math.log(alpha);
  let distance = both;
  for (let step = 0; step < 50; step++) {
    const value = mixtureLogEvidence(distance, variance, tau, 0, 'above') - target;
    const z = (distance * tau) / Math.sqrt(variance * total);
    const mills = Math.exp(-0.5 * z * z - 0.5 * Math.log(2 * Math.PI) - normalLogCdf(z));
    const slope = (prior * distance) / (variance * total) + (mills * tau) / Math.sqrt(variance * total);
    const next = distance - value / slope;
    if (Math.abs(next - distance) <= 1e-14 * Math.abs(distance)) return next;
    distance = next;
  }
  return distance;
}

/**
 * ρ² at which the two-sided boundary is tightest after `target` observations
 * (Waudby-Smith et al. 2024, eq. 9 with the approximation of its appendix B.2).
 */
export function tunedRhoSquared(alpha: number, target: number): number {
  const log = -2 * Math.log(alpha);
  return (log + Math.log(log + 1)) / target;
}

/** τ, on the scale of the estimate, at which the boundary is tightest when its variance has come down to `variance`. */
export function tunedTau(alpha: number, variance: number): number {
  return Math.sqrt(tunedRhoSquared(alpha, 1) * variance);
}
