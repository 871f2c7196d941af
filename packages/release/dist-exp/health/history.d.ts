import { type BucketCounts } from '../guards/rates.ts';
import { type Start } from './starts.ts';
import type { Tally } from './tally.ts';
/** Cumulative counts by sub-bucket, weighted where control stands for treatment's mix of levels. */
export type Sums = {
    readonly ended: readonly number[];
    readonly failures: readonly number[];
    readonly slow: readonly (readonly number[])[];
    /** Over all sub-buckets. */
    readonly totals: {
        readonly failures: Total;
        readonly slow: readonly Total[];
    };
};
/** Bad requests among those that count. */
export type Total = {
    readonly events: number;
    readonly trials: number;
};
/** What was counted up to a moment since the evidence began, and what windows that begin there may spend. */
export type Snapshot = Start & {
    readonly at: number;
    /** Treatment of all levels. */
    readonly treated: Sums;
    /** Treatment and control of the levels that have both; control weighted to treatment's mix, so that levels are never pooled. */
    readonly compared: Sums;
    readonly control: Sums;
};
/** A few snapshots, dense near now and sparse long ago, the first where the evidence began, the last one now. */
export type History = {
    readonly limits: readonly number[];
    /** What had been counted where the evidence began, and at the last look. */
    readonly first: Tally['levels'];
    readonly last: Tally['levels'];
    readonly snapshots: readonly Snapshot[];
    /** Largest weight a request of control ever had. */
    readonly weight: number;
    /** What control showed at earlier steps of the climb: one sub-bucket a step. */
    readonly past: Sums;
};
/** Nothing seen yet, `after` ms into the step; what `from` holds already does not count. */
export declare function startHistory({ limits, levels }: Pick<Tally, 'limits' | 'levels'>, now: number, { after, again, past, }: {
    readonly after: number;
    readonly again: number;
    readonly past?: Sums | undefined;
}): History;
/** Adds what came since the last tick; `after` and `planned` are ms of the step that passed and that it is to be held. */
export declare function extendHistory(history: History, tally: Tally, now: number, { after, planned }: {
    readonly after: number;
    readonly planned: number;
}): History;
/** What control showed in this step and before, for the next. */
export declare function pastOf({ snapshots, past }: History): Sums;
type Counts = Omit<Sums, 'totals'>;
/** Failed requests, or those that took longer than a limit, among those that ended. */
export declare function countsOf(sums: Counts, limit: number | 'failures'): BucketCounts;
/** The same over all sub-buckets. */
export declare function totalOf({ totals }: Sums, limit: number | 'failures'): Total;
export {};
