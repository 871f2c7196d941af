import { mixtureHalfWidth, rateLogEvidence, subBucketRate } from '@ombre/judge';
import { countsOf } from '../health/history.js';
import { evidenceAboveControl } from './above-control.js';
import { boundedEvidence, fractions } from './bounded-evidence.js';
import { guardEvidence, percent } from './guard-evidence.js';
import { rateOf, total } from './rates.js';
import { countsIn, gather, LEAST_BUCKETS, LEAST_REQUESTS, likelyStart, MISSED, rateIn, unitsOf, } from './sight.js';
/** Fewer units than this cannot be told from a broken client. */
const FEW_UNITS = 64;
/** The rate that few units must surely exceed. */
const FEW_LIMIT = 0.5;
/** Evidence (nats) that treatment differs from a control that breaks the limit too, so that the cause is not shared. */
const APART = 3;
/**
 * Bad when windows of all lengths that end now say together that the rate is surely above the limit: exact, by sub-buckets of
 * units. Where so few units are treated that sub-buckets say nothing, only a rate surely above one
 * half is bad. Unknown when control breaks the limit alike. Good when the rate surely lies below the limit.
 */
export function judgeAbsoluteRate(sight, { guard, counted, limit, said }) {
    const found = gather(sight, sight.alpha, (window) => {
        if (rateIn(window, 'treated', counted) <= limit)
            return 0;
        const counts = countsIn(window, 'treated', counted);
        return boundedEvidence(fractions(counts.events, counts.trials), limit);
    });
    if (found !== undefined && found.surplus >= 0) {
        const { window, nats, needed, began } = found;
        const counts = countsIn(window, 'treated', counted);
        const rate = rateOf(counts);
        const numbers = { limit, rate, evidence: nats, needed };
        const sentence = `${percent(rate)} of ${total(counts.trials)} requests ${said}, surely above ${percent(limit)}`;
        if (isShared(sight, window, counted, limit)) {
            const both = `${sentence}, but control does alike: the cause is shared`;
            return guardEvidence(sight, guard, counted, { verdict: 'unknown', sentence: both, numbers, window });
        }
        return guardEvidence(sight, guard, counted, { verdict: 'bad', sentence, numbers, window, began });
    }
    const whole = sight.history.snapshots.at(-1);
    const counts = whole && countsOf(whole.treated, counted);
    return guardEvidence(sight, guard, counted, weigh(sight, counts, { counted, limit, said }));
}
/** Whether control breaks the limit in the same window, and treatment is not clearly worse than control. */
function isShared(sight, window, counted, limit) {
    const control = countsIn(window, 'control', counted);
    if (total(control.trials) < 20 || rateOf(control) <= limit)
        return false;
    const compared = countsIn(window, 'compared', counted);
    const whole = countsOf(window.to.control, counted);
    const counts = { now: control, whole, weight: sight.history.weight };
    return evidenceAboveControl(compared, counts, 0, APART) < APART;
}
/** What all that was counted says when no window is bad. */
function weigh(sight, counts, { counted, limit, said }) {
    const trials = counts === undefined ? 0 : total(counts.trials);
    if (counts === undefined || trials === 0) {
        return { verdict: 'undecided', sentence: 'no requests yet', numbers: { limit } };
    }
    const rate = rateOf(counts);
    const saw = `${percent(rate)} of ${trials} requests ${said}`;
    const few = Math.max(limit, FEW_LIMIT);
    const nats = rate > few ? rateLogEvidence({ events: total(counts.events), trials }, few) : 0;
    if (unitsOf(sight).treated < FEW_UNITS && nats >= Math.log(1 / sight.alpha)) {
        const sentence = `${saw}, surely above ${percent(few)}`;
        const began = likelyStart(sight, (window) => {
            const { events, trials } = countsIn(window, 'treated', counted);
            return rateLogEvidence({ events: total(events), trials: total(trials) }, few);
        });
        return { verdict: 'bad', sentence, numbers: { limit: few, rate, evidence: nats }, began };
    }
    const spread = subBucketRate({ numerator: counts.events, denominator: counts.trials }, 1);
    const enough = trials >= LEAST_REQUESTS && counts.trials.filter((n) => n > 0).length >= LEAST_BUCKETS;
    if (spread.refused || !enough) {
        const sentence = `${saw}: too few requests to judge`;
        return { verdict: 'undecided', sentence, numbers: { limit, rate } };
    }
    const upper = rate + mixtureHalfWidth(spread.variance, limit / 2, MISSED, 'below');
    const good = upper < limit;
    const sentence = good
        ? `${saw}, surely below ${percent(limit)}`
        : `${saw}, perhaps up to ${percent(upper)}: cannot be told from ${percent(limit)} yet`;
    return { verdict: good ? 'good' : 'undecided', sentence, numbers: { limit, rate, upper } };
}
//# sourceMappingURL=absolute-rate.js.map