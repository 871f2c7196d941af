import { mixtureHalfWidth, mixtureLogEvidence, tunedRhoSquared } from './normal-mixture.ts';

/** An estimate with its variance after `count` observations. */
export type Look = { readonly estimate: number; readonly variance: number; readonly count: number };

/** What one look at an asymptotic confidence sequence says. */
export type AsymptoticLook = {
  readonly low: number;
  readonly high: number;
  readonly halfWidth: number;
  /** ln of the e-value at this look alone. */
  readonly logEvidence: number;
  /** min(1, 1/e) at this look alone; the running minimum over looks is an always-valid p-value. */
  readonly p: number;
};

/**
 * Asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (Annals of Statistics 2024), eq. 9:
 * tightest near `targetCount` observations, which must be chosen before the data.
 */
export function asymptoticSequence(look: Look, alpha: number, targetCount: number): AsymptoticLook {
  // With ρ per observation, τ² = ρ² · variance · count gives the paper's boundary.
  const tau = Math.sqrt(tunedRhoSquared(alpha, targetCount) * look.variance * look.count);
  const halfWidth = mixtureHalfWidth(look.variance, tau, alpha);
  const logEvidence = mixtureLogEvidence(look.estimate, look.variance, tau);
  return {
    low: look.estimate - halfWidth,
    high: look.estimate + halfWidth,
    halfWidth,
    logEvidence,
    p: Math.min(1, Math.exp(-logEvidence)),
  };
}
