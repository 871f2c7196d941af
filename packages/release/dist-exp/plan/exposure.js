import { stepAt } from '../climb/position.js';
/**
 * How much of all traffic a release may touch at all: its part of its layer, less what its holdouts keep out. Each has a salt of its own, so
 * they are independent.
 */
export function touchable({ layer, holdouts }, heldOut) {
    const part = layer ? layer.to - layer.from : 1;
    return (holdouts ?? []).reduce((left, name) => left * (1 - (heldOut[name] ?? 0)), part);
}
/**
 * How much of all traffic a step treats and compares, when the conditions of levels hold for different users: everybody up to the largest
 * share of the levels for all, and those a condition holds for up to its level's share.
 */
export function exposureAt(spec, at, matching) {
    const reached = spec.ladder.slice(0, at.level + 1).map((level, index) => ({
        when: level.when,
        share: index < at.level ? level.share : (stepAt(spec, at)?.share ?? 0),
        part: level.when === undefined ? 1 : (matching[level.name] ?? 1),
    }));
    const everybody = Math.max(0, ...reached.filter(({ when }) => when === undefined).map(({ share }) => share));
    let left = 1;
    let treated = 0;
    let control = 0;
    const take = (part, share) => {
        const taken = Math.min(left, part);
        left -= taken;
        treated += taken * share;
        // Positions from the share to twice the share are control, or the rest where it is more than half.
        control += taken * Math.min(share, 1 - share);
    };
    const narrow = reached.filter(({ when, share }) => when !== undefined && share > everybody);
    for (const { part, share } of narrow.sort((a, b) => b.share - a.share))
        take(part, share);
    take(1, everybody);
    return { treated, control };
}
//# sourceMappingURL=exposure.js.map