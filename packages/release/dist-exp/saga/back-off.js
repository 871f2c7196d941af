/** Longest pause between two tries, in ms. */
const LONGEST = 64_000;
/**
 * Milliseconds to wait after so many failed tries: 2ⁿ⁻¹ s and up to one more by `chance` (0 … 1), at most 64 s, so that callers
 * that failed together do not come back together.
 */
export function backOff(failed, chance) {
    return Math.min(LONGEST, 2 ** (failed - 1) * 1000 + Math.floor(chance * 1000));
}
/** A number 0 … 1 that looks like chance and is the same for the same seed and turn (the finaliser of MurmurHash3). */
export function chanceOf(seed, turn) {
    let mixed = (seed ^ Math.imul(turn, 0x9e3779b1)) >>> 0;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
//# sourceMappingURL=back-off.js.map