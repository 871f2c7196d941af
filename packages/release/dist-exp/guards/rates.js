export function total(values) {
    let sum = 0;
    for (const value of values)
        sum += value;
    return sum;
}
/** All events over all trials; 0 without a trial. */
export function rateOf({ events, trials }) {
    const all = total(trials);
    return all > 0 ? total(events) / all : 0;
}
/** What came between two cumulative counts. */
export function between(from, to) {
    return {
        events: to.events.map((count, bucket) => Math.max(0, count - (from.events[bucket] ?? 0))),
        trials: to.trials.map((count, bucket) => Math.max(0, count - (from.trials[bucket] ?? 0))),
    };
}
//# sourceMappingURL=rates.js.map