/** The mean over the days that are known (undefined: not); undefined while too few are. */
export declare function baselineOf(days: readonly (number | undefined)[]): number | undefined;
