import { mixtureHalfWidth, mixtureLogEvidence } from './normal-mixture.ts';

/** Everything the test remembers: the strongest evidence so far. Plain data. */
export type MsprtState = { readonly peakLogEvidence: number; readonly looks: number };

/** What a look says. */
export type MsprtLook = {
  /** ln Λ at this look. */
  readonly logEvidence: number;
  /** Always-valid p-value: the running minimum of 1/Λ, at most 1. */
  readonly p: number;
  readonly low: number;
  readonly high: number;
  readonly halfWidth: number;
};

/** Before the first look. */
export const msprtStart: MsprtState = { peakLogEvidence: 0, looks: 0 };

/**
 * Mixture sequential probability ratio test with normal mixing of standard deviation `tau`, fixed beforehand
 * (Johari, Koomen, Pekelis & Walsh, "Always valid inference", Operations Research 2022).
 */
export function advanceMsprt(
  state: MsprtState,
  look: { readonly estimate: number; readonly variance: number },
  options: { readonly tau: number; readonly alpha: number },
): { readonly state: MsprtState; readonly look: MsprtLook } {
  const logEvidence = mixtureLogEvidence(look.estimate, look.variance, options.tau);
  const peakLogEvidence = Math.max(state.peakLogEvidence, logEvidence);
  const halfWidth = mixtureHalfWidth(look.variance, options.tau, options.alpha);
  return {
    state: { peakLogEvidence, looks: state.looks + 1 },
    look: {
      logEvidence,
      p: Math.exp(-peakLogEvidence),
      low: look.estimate - halfWidth,
      high: look.estimate + halfWidth,
      halfWidth,
    },
  };
}
