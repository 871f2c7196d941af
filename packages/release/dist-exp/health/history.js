import { total } from '../guards/rates.js';
import { firstStart, isKept, startAt } from './starts.js';
const SIZE = 64;
const ZEROS = Array.from({ length: SIZE }, () => 0);
/** Nothing seen yet, `after` ms into the step; what `from` holds already does not count. */
export function startHistory({ limits, levels }, now, { after, again, past, }) {
    const none = summed({ ended: ZEROS, failures: ZEROS, slow: limits.map(() => ZEROS) });
    const first = { ...firstStart(after, again), at: now, treated: none, compared: none, control: none };
    const kept = past?.slow.length === limits.length
        ? past
        : summed({ ended: [], failures: [], slow: limits.map(() => []) });
    return { limits, first: levels, last: levels, snapshots: [first], weight: 1, past: kept };
}
/** Adds what came since the last tick; `after` and `planned` are ms of the step that passed and that it is to be held. */
export function extendHistory(history, tally, now, { after, planned }) {
    const before = history.snapshots.at(-1);
    if (before === undefined)
        return history;
    let { treated, compared, control } = before;
    let { weight } = history;
    for (const [level, arms] of Object.entries(tally.levels)) {
        const last = history.last[level];
        const grown = growth(arms.treatment, last?.treatment);
        const share = ratio(arms);
        const alike = treated === compared && share !== undefined;
        treated = sum(treated, grown, 1);
        if (share === undefined)
            continue;
        weight = Math.max(weight, share);
        // One object for both where they are the same, as they mostly are: half of what is remembered.
        compared = alike ? treated : sum(compared, grown, 1);
        control = sum(control, growth(arms.control, last?.control), share);
    }
    const start = startAt(after, before.after, planned);
    const kept = history.snapshots.filter((snapshot) => isKept(snapshot, after));
    const snapshots = [...kept, { ...start, at: now, treated, compared, control }];
    return { ...history, last: tally.levels, snapshots, weight };
}
/** What control showed in this step and before, for the next. */
export function pastOf({ snapshots, past }) {
    const whole = snapshots.at(-1)?.control.totals;
    if (whole === undefined)
        return past;
    return summed({
        ended: [...past.ended, whole.failures.trials],
        failures: [...past.failures, whole.failures.events],
        slow: past.slow.map((slow, limit) => [...slow, whole.slow[limit]?.events ?? 0]),
    });
}
/** Requests of treatment for each of control at a level; undefined without control. */
function ratio(arms) {
    let treated = 0;
    let control = 0;
    for (let bucket = 0; bucket < SIZE; bucket++) {
        treated += arms.treatment.ended[bucket] ?? 0;
        control += arms.control.ended[bucket] ?? 0;
    }
    return control === 0 ? undefined : Math.max(treated, 1) / control;
}
function summed(counts) {
    const of = (limit) => {
        const { events, trials } = countsOf(counts, limit);
        return { events: total(events), trials: total(trials) };
    };
    return { ...counts, totals: { failures: of('failures'), slow: counts.slow.map((_, limit) => of(limit)) } };
}
function growth(now, before) {
    const minus = (a, b) => b === undefined ? a : a.map((value, bucket) => Math.max(0, value - (b[bucket] ?? 0)));
    return {
        ended: minus(now.ended, before?.ended),
        failures: minus(now.failures, before?.failures),
        slow: now.slow.map((slow, limit) => minus(slow, before?.slow[limit])),
    };
}
function sum(sums, more, weight) {
    const plus = (a, b) => b === undefined ? a : a.map((value, bucket) => value + weight * (b[bucket] ?? 0));
    return summed({
        ended: plus(sums.ended, more.ended),
        failures: plus(sums.failures, more.failures),
        slow: sums.slow.map((slow, limit) => plus(slow, more.slow[limit])),
    });
}
/** Failed requests, or those that took longer than a limit, among those that ended. */
export function countsOf(sums, limit) {
    if (limit === 'failures')
        return { events: sums.failures, trials: sums.ended };
    const slow = sums.slow[limit] ?? ZEROS;
    // A request in flight that passed the limit is slow already and counts as one.
    return { events: slow, trials: sums.ended.map((ended, bucket) => Math.max(ended, slow[bucket] ?? 0)) };
}
/** The same over all sub-buckets. */
export function totalOf({ totals }, limit) {
    return (limit === 'failures' ? totals.failures : totals.slow[limit]) ?? { events: 0, trials: 0 };
}
//# sourceMappingURL=history.js.map