import { normalUpper, normalUpperQuantile } from '@ombre/judge';
import { adjustedOf, type Measured, type MetricEvidence } from './evidence.ts';
import { goodSide } from './good-side.ts';
import type { ConclusionRules } from './rules.ts';

/** The four cells of significance and size, and their mirror image. */
export type Cell = 'release' | 'dont-adopt' | 'anomaly' | 'go-on' | 'harm';

/** How a primary metric reads. */
export type PrimaryReading = {
  readonly metric: string;
  readonly threshold: number;
  readonly raw: Measured;
  readonly adjusted: Measured;
  /** Adjusted for the number of primary metrics. */
  readonly familyP: number;
  readonly significant: boolean;
  readonly material: boolean;
  readonly cell: Cell;
  /** What the interval alone says: the stricter rule, printed beside. */
  readonly interval: 'confidently-above' | 'equivalent' | 'harm' | 'open';
  /** One-sided p-value of "the effect is at most the threshold". */
  readonly pAgainstThreshold: number;
  /** Effect that this much data finds with the power asked for, and units per arm that would find the threshold. */
  readonly detectable: number;
  readonly unitsPerArmNeeded: number;
};

/** Reads a primary metric by p-value and point estimate (G3), by its interval, and by what it could have seen. */
export function readPrimary(
  metric: MetricEvidence,
  familyP: number,
  unitsPerArm: number,
  rules: ConclusionRules,
): PrimaryReading {
  const threshold = metric.threshold ?? rules.threshold;
  const adjusted = adjustedOf(metric);
  const { gain, worst, best } = goodSide(adjusted, metric.better);
  const significant = familyP < rules.alpha;
  const material = gain >= threshold;
  const detectable =
    (normalUpperQuantile(rules.alpha / 2) + normalUpperQuantile(1 - rules.power)) * adjusted.standardError;
  return {
    metric: metric.name,
    threshold,
    raw: metric.raw,
    adjusted,
    familyP,
    significant,
    material,
    cell: cellOf(significant, material, gain),
    interval: intervalReading(worst, best, threshold),
    pAgainstThreshold: normalUpper((gain - threshold) / adjusted.standardError),
    detectable,
    unitsPerArmNeeded: Math.ceil(unitsPerArm * (detectable / threshold) ** 2),
  };
}

function cellOf(significant: boolean, material: boolean, gain: number): Cell {
  if (significant && gain < 0) return 'harm';
  if (significant) return material ? 'release' : 'dont-adopt';
  return material ? 'anomaly' : 'go-on';
}

function intervalReading(worst: number, best: number, threshold: number): PrimaryReading['interval'] {
  if (worst > threshold) return 'confidently-above';
  if (worst > -threshold && best < threshold) return 'equivalent';
  return best < 0 ? 'harm' : 'open';
}
