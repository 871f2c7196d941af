/**
 * Milliseconds to wait after so many failed tries: 2ⁿ⁻¹ s and up to one more by `chance` (0 … 1), at most 64 s, so that callers
 * that failed together do not come back together.
 */
export declare function backOff(failed: number, chance: number): number;
/** A number 0 … 1 that looks like chance and is the same for the same seed and turn (the finaliser of MurmurHash3). */
export declare function chanceOf(seed: number, turn: number): number;
