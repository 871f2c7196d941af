import { type Measured, type MetricEvidence } from './evidence.ts';
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
export declare function readPrimary(metric: MetricEvidence, familyP: number, unitsPerArm: number, rules: ConclusionRules): PrimaryReading;
