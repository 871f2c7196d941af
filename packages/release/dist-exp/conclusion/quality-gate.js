import { counted, percent, probability } from './wording.js';
/** Vetoes data that cannot be trusted, and waits for data that are too few or cover too few days. */
export function qualityGate(quality, rules) {
    const vetoes = [];
    const waits = [];
    if (quality.sampleRatioP < rules.sampleRatioLimit) {
        vetoes.push(`the split of ${counted(quality.units.treatment)} and ${counted(quality.units.control)} units contradicts the weights (p = ${probability(quality.sampleRatioP)})`);
    }
    const several = quality.unitsInSeveralArms ?? 0;
    if (several > rules.severalArmsLimit)
        vetoes.push(`${percent(several)} of units are in several arms`);
    const alone = quality.withoutOverlap ?? 0;
    if (alone > rules.overlapLimit)
        vetoes.push(`${percent(alone)} of treated units have nobody comparable`);
    const fewest = Math.min(quality.units.treatment, quality.units.control);
    if (fewest < rules.minimumUnitsPerArm) {
        waits.push(`an arm has ${counted(fewest)} of ${counted(rules.minimumUnitsPerArm)} units`);
    }
    if (quality.days < rules.minimumDays)
        waits.push(`${quality.days} of ${rules.minimumDays} days have passed`);
    const outcome = vetoes.length > 0 ? 'veto' : waits.length > 0 ? 'wait' : 'pass';
    return { gate: 'quality', outcome, findings: [...vetoes, ...waits] };
}
//# sourceMappingURL=quality-gate.js.map