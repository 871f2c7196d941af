import { type History, type Snapshot } from '../health/history.ts';
import type { Tally } from '../health/tally.ts';
import { type BucketCounts } from './rates.ts';
/** What a guard looks at. */
export type Sight = {
    readonly history: History;
    readonly tally: Tally;
    /** False alarms this guard may cause at this step. */
    readonly alpha: number;
    /** Whether this step leaves a control. */
    readonly control: boolean;
    readonly now: number;
};
/** A stretch of time up to now. */
export type Window = {
    readonly from: Snapshot;
    readonly to: Snapshot;
};
/** What is compared in windows: all of treatment, or what has a control, and that control. */
export type Side = 'treated' | 'compared' | 'control';
/** Failed requests, or those that took longer than a limit, of one side in a window. */
export declare function countsIn({ from, to }: Window, side: Side, counted: number | 'failures'): BucketCounts;
/** What windows of all lengths say together, and the one that says most. */
export type Found = {
    /** Evidence (nats) beyond what is needed; bad from 0. */
    readonly surplus: number;
    readonly window: Window;
    /** Evidence of that window alone, and what it needs alone. */
    readonly nats: number;
    readonly needed: number;
    /** Where what was found most likely began: the start from which there is most evidence, whatever starts cost. */
    readonly began: Snapshot;
};
/**
 * Adds the evidence of windows of all lengths that end now, each weighted by the budget of where it begins (fixed beforehand, in
 * all no more than `alpha`): an e-detector (Shin, Ramdas & Rinaldo, "E-detectors: a nonparametric framework for sequential
 * change detection", New England J. Statistics in Data Science 2024). Looking again costs nothing; only starts share the
 * budget. `evidence` is told what its window needs alone and may answer less than it has where it falls short of that by far.
 */
export declare function gather({ history }: Sight, alpha: number, evidence: (window: Window, needed: number) => number): Found | undefined;
/**
 * Where a change most likely began that all windows up to now may show: the start from which there is most evidence (the maximum
 * likelihood estimate of a change point: Hinkley, Biometrika 1970). Undefined where no window shows any.
 */
export declare function likelyStart({ history }: Sight, evidence: (window: Window) => number): Snapshot | undefined;
/** The rate of one side in a window, over all requests. */
export declare function rateIn({ from, to }: Window, side: Side, counted: number | 'failures'): number;
/** Units of treatment, and of the smaller arm of the levels that have both. */
export declare function unitsOf({ tally }: Sight): {
    readonly treated: number;
    readonly compared: number;
};
/** Sub-buckets with any request, from which a variance between them means something. */
export declare const LEAST_BUCKETS = 20;
/** Requests below which no guard calls health good. */
export declare const LEAST_REQUESTS = 100;
/** Units from which an estimate between 64 sub-buckets is as good as normal: 30 each. */
export declare const LEAST_UNITS: number;
/** A guard calls health good when the harm it must see is excluded at this level. */
export declare const MISSED = 0.05;
