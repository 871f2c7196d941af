import { adjustedOf } from './evidence.js';
import { goodSide } from './good-side.js';
import { size } from './wording.js';
/**
 * Non-inferiority of every guardrail: its whole interval must lie above the loss that is acceptable. A loss that surely
 * exceeds the margin is harm; one that may still exceed it waits. All must pass, so no level is divided.
 */
export function guardrailGate(metrics) {
    const harms = [];
    const waits = [];
    for (const metric of metrics.filter(({ role }) => role === 'guardrail')) {
        const margin = metric.margin ?? 0;
        const { worst, best } = goodSide(adjustedOf(metric), metric.better);
        if (best < -margin) {
            harms.push(`${metric.name} is worse by more than ${size(margin, metric.scale)}, at best ${size(-best, metric.scale)}`);
        }
        else if (worst < -margin) {
            waits.push(`${metric.name} may still be worse by ${size(-worst, metric.scale)}; ${size(margin, metric.scale)} is acceptable`);
        }
    }
    const outcome = harms.length > 0 ? 'harm' : waits.length > 0 ? 'wait' : 'pass';
    return { gate: 'guardrails', outcome, findings: [...harms, ...waits] };
}
//# sourceMappingURL=guardrail-gate.js.map