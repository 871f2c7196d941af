import { type Verdict } from './verdict.ts';
/** Concludes again from what a verdict recorded, and says whether every bit of it came out the same. */
export declare function replay(record: Verdict): {
    readonly same: boolean;
    readonly verdict: Verdict;
};
