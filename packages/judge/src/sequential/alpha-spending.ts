import { normalUpper, normalUpperQuantile } from '../distributions/normal.ts';

/** How an error budget is given out over the information fraction, and whether one or both sides share it. */
export type Spending = {
  readonly kind: 'obrien-fleming' | 'pocock';
  readonly alpha: number;
  readonly sides: 1 | 2;
};

/**
 * Error spent by information fraction `fraction` (clamped to [0, 1]; everything is spent at 1).
 * Lan & DeMets, "Discrete sequential boundaries for clinical trials", Biometrika 1983.
 */
export function spentAlpha(spending: Spending, fraction: number): number {
  const { kind, alpha, sides } = spending;
  const part = Math.min(1, fraction);
  if (!(part > 0)) return 0;
  if (part === 1) return alpha;
  if (kind === 'pocock') return alpha * Math.log1p((Math.E - 1) * part);
  const perSide = alpha / sides;
  return sides * 2 * normalUpper(normalUpperQuantile(perSide / 2) / Math.sqrt(part));
}
