import { compare } from '@ombre/judge';
/** The numbers that count: after the last adjustment. */
export function adjustedOf({ raw, trail }) {
    return trail.at(-1)?.to ?? raw;
}
/** A normal estimate at one planned look: two-sided p and interval at level `alpha`. */
export function measured(estimate, standardError, alpha = 0.05) {
    const { p, low, high } = compare(estimate, standardError, alpha);
    return { estimate, standardError, p, low, high };
}
//# sourceMappingURL=evidence.js.map