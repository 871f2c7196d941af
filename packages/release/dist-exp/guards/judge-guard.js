import { parseDuration } from '@ombre/decide/model';
import { judgeAbsoluteRate } from './absolute-rate.js';
import { judgeAgainstControl } from './against-control.js';
import { guardEvidence } from './guard-evidence.js';
import { judgeMeanLatency } from './mean-latency.js';
/** The meaning of each kind of guard. */
const meanings = {
    errorRate: (sight, { errorRate: { max } }) => judgeAbsoluteRate(sight, { guard: 'errorRate', counted: 'failures', limit: max, said: 'failed' }),
    latency: (sight, { latency: { over, share } }) => withLimit(sight, `latency ${over}`, over, (counted) => judgeAbsoluteRate(sight, {
        guard: `latency ${over}`,
        counted,
        limit: share,
        said: `took over ${over}`,
    })),
    meanLatency: judgeMeanLatency,
    errorsAboveControl: (sight, { errorsAboveControl: { effect, margin = 0, slices, returnSlices } }) => judgeAgainstControl(sight, {
        guard: 'errorsAboveControl',
        counted: 'failures',
        effect,
        margin,
        slices,
        returnSlices,
        said: 'failed',
    }),
    slowAboveControl: (sight, { slowAboveControl: { over, effect, margin = 0, slices, returnSlices } }) => withLimit(sight, `slowAboveControl ${over}`, over, (counted) => judgeAgainstControl(sight, {
        guard: `slowAboveControl ${over}`,
        counted,
        effect,
        margin,
        slices,
        returnSlices,
        said: `took over ${over}`,
    })),
};
/** What one guard says now by what gateways counted. */
export function judgeGuard(sight, guard) {
    const kind = Object.keys(guard)[0];
    return meanings[kind](sight, guard);
}
/** A latency that some gateway does not count yet says nothing. */
function withLimit(sight, guard, over, judge) {
    const counted = sight.history.limits.indexOf(parseDuration(over) ?? Number.NaN);
    if (counted >= 0)
        return judge(counted);
    const sentence = `requests over ${over} are not counted yet`;
    return guardEvidence(sight, guard, 'failures', { verdict: 'unknown', sentence, numbers: {} });
}
//# sourceMappingURL=judge-guard.js.map