import { parseDuration } from '@ombre/decide/model';
/** A guard with its defaults. */
export function questionOf(guard) {
    if ('baseline' in guard) {
        const { factor = 1.8, days = 7 } = guard.baseline;
        return { source: 'prometheus', ...asked(guard.baseline), against: { days }, limit: factor };
    }
    const { max, against, ...rest } = 'metric' in guard ? guard.metric : guard.caller;
    const compared = against === undefined ? {} : { against: { query: against } };
    return { source: 'metric' in guard ? 'prometheus' : 'caller', ...asked(rest), ...compared, limit: max };
}
function asked({ query, floor = 0, rounds = 3, every = '5s' }) {
    return { query, floor, rounds, every: Math.max(250, parseDuration(every) ?? 5_000) };
}
/** `metric queue`, `caller checkout`, `baseline errors`: as it appears in evidence. */
export function measuredName(guard) {
    if ('baseline' in guard)
        return `baseline ${guard.baseline.name}`;
    return 'metric' in guard ? `metric ${guard.metric.name}` : `caller ${guard.caller.name}`;
}
//# sourceMappingURL=question.js.map