import { type BucketCounts } from './rates.ts';
/** What is known of the rate of healthy requests before a window is looked at: its value, and the variance of its logarithm between moments and arms. */
export type UsualRate = {
    readonly rate: number;
    readonly variance: number;
};
/** Compares arms in windows, given what is usual. */
export type BurstTest = (window: {
    readonly treatment: BucketCounts;
    readonly control: BucketCounts;
    /** How much more may fail. */
    readonly margin: number;
    /** Nats below which, by far, the answer does not matter. */
    readonly needed: number;
}) => number;
/**
 * ln of a Bayes factor for "treatment fails more than control by over `margin`" in one window. What is counted is the
 * sub-buckets of units with any failure, so that a client counts once however often it fails; under the null those of both
 * arms are binomial about one rate of the moment (Hoeffding 1956: sub-buckets that differ only make large counts rarer), and
 * that rate is averaged over what is usual and over outages that both arms suffer. So its exponential has expectation one over
 * all such moments while the versions are the same. 0 where there is too little to be a burst.
 */
export declare function burstTest(usual: UsualRate): BurstTest;
/** What control says of the rate of healthy requests: at this step, where a request may weigh up to `weight`, and at earlier ones. */
export declare function usualRate(whole: BucketCounts, past: BucketCounts, weight: number): UsualRate;
