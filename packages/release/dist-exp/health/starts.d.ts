/**
 * Where windows begin, and what each may cost. A moment is a start of rank r when it is the first look after a multiple of
 * 2^r quarters of a second, like the marks of a ruler; it is kept for a few times that long. So windows of all lengths that
 * end now exist, few of them, and which ones does not depend on what was seen.
 */
export type Start = {
    /** Milliseconds of this step that had passed. */
    readonly after: number;
    readonly rank: number;
    /** Share of the step's budget that windows from here may spend, fixed when it is made. */
    readonly budget: number;
};
/** The start where a step's evidence begins, or begins anew for the nth time. */
export declare function firstStart(after: number, again: number): Start;
/** The start at `after`, the look before it having been at `before`, in a step planned to be held so long (all in ms). */
export declare function startAt(after: number, before: number, planned: number): Start;
/** Whether a start is still looked from at `now` (ms of this step). */
export declare function isKept({ after, rank }: Start, now: number): boolean;
