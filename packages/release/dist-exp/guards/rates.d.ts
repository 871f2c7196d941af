/** Events among trials by sub-bucket of units. */
export type BucketCounts = {
    readonly events: readonly number[];
    readonly trials: readonly number[];
};
export declare function total(values: readonly number[]): number;
/** All events over all trials; 0 without a trial. */
export declare function rateOf({ events, trials }: BucketCounts): number;
/** What came between two cumulative counts. */
export declare function between(from: BucketCounts, to: BucketCounts): BucketCounts;
