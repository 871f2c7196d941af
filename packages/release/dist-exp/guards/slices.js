import { eBenjaminiHochberg, mixtureLogEvidence, subBucketDifference } from '@ombre/judge';
import { burstTest, usualRate } from './burst-evidence.js';
import { rateOf, total } from './rates.js';
import { LEAST_UNITS } from './sight.js';
/** Rejected at this rate of false discoveries once something is known to be wrong: which slices it is. */
export const WHICH = 0.05;
/** The levels that have users in both arms. */
export function slicesOf({ history, tally }, counted) {
    return Object.entries(tally.levels).flatMap(([level, arms]) => {
        const first = history.first[level];
        const treatment = grown(arms.treatment, first?.treatment, counted);
        const control = grown(arms.control, first?.control, counted);
        return total(control.trials) === 0 || total(treatment.trials) === 0
            ? []
            : [{ level, treatment, control }];
    });
}
/**
 * The slices among `named` that are surely worse than their control by more than the margin: e-BH (Wang & Ramdas, JRSSB 2022) over
 * an e-value each, whatever binds them together. An e-value is the mean of two: that of sub-buckets with any failure, and from
 * 30 units a sub-bucket that of the difference (an asymptotic e-process: Waudby-Smith et al. 2024).
 */
export function worseSlices({ tally }, slices, { named, alpha, effect, margin, }) {
    const evidence = named.map((level) => {
        const slice = slices.find((one) => one.level === level);
        if (slice === undefined)
            return 0;
        const { treatment, control } = slice;
        const none = { events: [], trials: [] };
        const burst = burstTest(usualRate(control, none, 1))({ treatment, control, margin, needed: 0 });
        const arms = tally.levels[level];
        const units = Math.min(arms?.treatment.units ?? 0, arms?.control.units ?? 0);
        const sequence = units < LEAST_UNITS ? 0 : differenceEvidence(slice, effect, margin);
        return Math.log((Math.exp(Math.min(600, burst)) + Math.exp(Math.min(600, sequence))) / 2);
    });
    return eBenjaminiHochberg(evidence, alpha).flatMap((index) => named[index] ?? []);
}
/** Whether all levels but those show no sign of being worse: their treatment fails no more than control by over the margin. */
export function restIsFine(slices, apart, effect, margin) {
    return slices
        .filter(({ level }) => !apart.includes(level))
        .every(({ treatment, control }) => rateOf(treatment) - rateOf(control) - margin < effect / 2);
}
function differenceEvidence({ treatment, control }, effect, margin) {
    const estimate = subBucketDifference({
        treatment: { numerator: treatment.events, denominator: treatment.trials, units: 0 },
        control: { numerator: control.events, denominator: control.trials, units: 0 },
    }, 1);
    return estimate.refused
        ? 0
        : mixtureLogEvidence(estimate.estimate, estimate.variance, effect, margin, 'above');
}
function grown(arm, first, counted) {
    const minus = (now, before) => now.map((count, bucket) => Math.max(0, count - (before?.[bucket] ?? 0)));
    if (counted === 'failures') {
        return { events: minus(arm.failures, first?.failures), trials: minus(arm.ended, first?.ended) };
    }
    const slow = minus(arm.slow[counted] ?? [], first?.slow[counted]);
    const ended = minus(arm.ended, first?.ended);
    return { events: slow, trials: ended.map((count, bucket) => Math.max(count, slow[bucket] ?? 0)) };
}
//# sourceMappingURL=slices.js.map