import { type BucketCounts } from './rates.ts';
import { type Sight } from './sight.ts';
/** One level's users, compared with their own control since the evidence began. */
export type Slice = {
    readonly level: string;
    readonly treatment: BucketCounts;
    readonly control: BucketCounts;
};
/** Rejected at this rate of false discoveries once something is known to be wrong: which slices it is. */
export declare const WHICH = 0.05;
/** The levels that have users in both arms. */
export declare function slicesOf({ history, tally }: Sight, counted: number | 'failures'): readonly Slice[];
/**
 * The slices among `named` that are surely worse than their control by more than the margin: e-BH (Wang & Ramdas, JRSSB 2022) over
 * an e-value each, whatever binds them together. An e-value is the mean of two: that of sub-buckets with any failure, and from
 * 30 units a sub-bucket that of the difference (an asymptotic e-process: Waudby-Smith et al. 2024).
 */
export declare function worseSlices({ tally }: Sight, slices: readonly Slice[], { named, alpha, effect, margin, }: {
    readonly named: readonly string[];
    readonly alpha: number;
    readonly effect: number;
    readonly margin: number;
}): readonly string[];
/** Whether all levels but those show no sign of being worse: their treatment fails no more than control by over the margin. */
export declare function restIsFine(slices: readonly Slice[], apart: readonly string[], effect: number, margin: number): boolean;
