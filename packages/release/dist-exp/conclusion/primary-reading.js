import { normalUpper, normalUpperQuantile } from '@ombre/judge';
import { adjustedOf } from './evidence.js';
import { goodSide } from './good-side.js';
/** Reads a primary metric by p-value and point estimate (G3), by its interval, and by what it could have seen. */
export function readPrimary(metric, familyP, unitsPerArm, rules) {
    const threshold = metric.threshold ?? rules.threshold;
    const adjusted = adjustedOf(metric);
    const { gain, worst, best } = goodSide(adjusted, metric.better);
    const significant = familyP < rules.alpha;
    const material = gain >= threshold;
    const detectable = (normalUpperQuantile(rules.alpha / 2) + normalUpperQuantile(1 - rules.power)) * adjusted.standardError;
    return {
        metric: metric.name,
        threshold,
        raw: metric.raw,
        adjusted,
        familyP,
        significant,
        material,
        cell: cellOf(significant, material, gain),
        interval: intervalReading(worst, best, threshold),
        pAgainstThreshold: normalUpper((gain - threshold) / adjusted.standardError),
        detectable,
        unitsPerArmNeeded: Math.ceil(unitsPerArm * (detectable / threshold) ** 2),
    };
}
function cellOf(significant, material, gain) {
    if (significant && gain < 0)
        return 'harm';
    if (significant)
        return material ? 'release' : 'dont-adopt';
    return material ? 'anomaly' : 'go-on';
}
function intervalReading(worst, best, threshold) {
    if (worst > threshold)
        return 'confidently-above';
    if (worst > -threshold && best < threshold)
        return 'equivalent';
    return best < 0 ? 'harm' : 'open';
}
//# sourceMappingURL=primary-reading.js.map