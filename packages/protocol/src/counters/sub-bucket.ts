/** Sub-buckets of units, the same for all flags and arms: murmur3 of `sub:` and the unit, modulo this. */
export const SUB_BUCKETS = 64;
