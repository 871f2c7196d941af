import { parseDuration } from '@ombre/decide/model';
/** A level's smaller shares, then its own. */
export function stepsOf(level) {
    return [...(level.steps ?? []), level].map(({ share, dwell }) => {
        const time = parseDuration(dwell) ?? 0;
        const longest = level.longest === undefined ? 3 * time : (parseDuration(level.longest) ?? 0);
        return { level, share: Math.min(share, level.share), dwell: time, longest: Math.max(time, longest) };
    });
}
/** The step at a position; undefined where an edited ladder has none. */
export function stepAt(spec, { level, step }) {
    const found = spec.ladder[level];
    return found === undefined ? undefined : stepsOf(found)[step];
}
/** The next step of the level, or the first of the next level; undefined at the top. */
export function positionAfter(spec, at) {
    if (at === undefined)
        return { level: 0, step: 0 };
    const within = { level: at.level, step: at.step + 1 };
    if (stepAt(spec, within) !== undefined)
        return within;
    return at.level + 1 < spec.ladder.length ? { level: at.level + 1, step: 0 } : undefined;
}
/** Earlier levels at their full share, this one at its step's. Slices taken back and cells stay as they are. */
export function placementAt(spec, at, from) {
    const { reached: _, shares: __, epoch, ...rest } = from;
    const shares = spec.ladder
        .slice(0, at.level + 1)
        .map((level, index) => (index < at.level ? level.share : (stepAt(spec, at)?.share ?? 0)));
    return { reached: at.level + 1, shares, ...rest, epoch: epoch + 1 };
}
/** Nobody is treated. */
export function emptyPlacement(from) {
    return { reached: 0, shares: [], epoch: from.epoch + 1 };
}
/** Where a placement found in the store stands on the ladder. */
export function positionOf(spec, placement) {
    const level = Math.min(placement.reached, spec.ladder.length) - 1;
    const found = spec.ladder[level];
    if (found === undefined)
        return undefined;
    const steps = stepsOf(found);
    const share = placement.shares[level] ?? 0;
    // Between two steps: the smaller, so that nothing is skipped.
    const above = steps.findIndex((step) => step.share > share);
    return { level, step: above === -1 ? steps.length - 1 : Math.max(0, above - 1) };
}
//# sourceMappingURL=position.js.map