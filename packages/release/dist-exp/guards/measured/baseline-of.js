/** Days that must be known before their mean is a baseline. */
const LEAST_DAYS = 3;
/** The mean over the days that are known (undefined: not); undefined while too few are. */
export function baselineOf(days) {
    const known = days.filter((value) => Number.isFinite(value));
    return known.length < LEAST_DAYS ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}
//# sourceMappingURL=baseline-of.js.map