import type { GuardEvidence } from './health.ts';
/** A live receiver that cannot decide a flag as it is written: `detail` says what it lacks. */
export type UnableReceiver = {
    readonly receiver: string;
    readonly detail: string;
};
/**
 * What receivers say that cannot decide the released flag, such as a level's condition on an attribute nobody derives there: unknown, so
 * that the release stays where it is and people are told. To go on would leave these processes behind, and compare users who do not differ.
 */
export declare function unableEvidence(unable: readonly UnableReceiver[], now: number): readonly GuardEvidence[];
