import { type BucketCounts } from './rates.ts';
/** What treatment is compared with: control in the same window, and since the evidence began. */
export type ControlCounts = {
    readonly now: BucketCounts;
    readonly whole: BucketCounts;
    /** Largest weight of one request of control. */
    readonly weight: number;
};
/**
 * ln of the evidence that treatment's rate is above control's by more than `margin`: the least, over all values p that control's rate of
 * the moment may have, of the evidence that treatment is above p, that control in the same window is below it, and that the moment differs so
 * much from the rest of the step. At the true p their sum exceeds ln(1/α) with probability about α, and the minimum does no more often (the
 * argument of universal inference: Wasserman, Ramdas & Balakrishnan, PNAS 2020). Stops as soon as it cannot reach `needed`.
 */
export declare function evidenceAboveControl(treatment: BucketCounts, control: ControlCounts, margin: number, needed: number): number;
