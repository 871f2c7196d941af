const REGISTERS = 64;

/** α of HyperLogLog at 64 registers. */
const ALPHA = 0.709;

/**
 * Estimates how many distinct units were seen, by HyperLogLog (Flajolet et al. 2007) with 64 registers: standard error 13 % a
 * sketch, some 2 % over the 64 sub-buckets of an arm; small numbers are counted by the empty registers (linear counting).
 */
export interface UnitSketch {
  /** A hash whose lowest six bits are spent on the sub-bucket already. Answers whether the sketch changed. */
  add(hash: number): boolean;
  estimate(): number;
}

export function createUnitSketch(): UnitSketch {
  const registers = new Uint8Array(REGISTERS);
  return {
    add(hash) {
      const register = (hash >>> 6) & (REGISTERS - 1);
      // Twenty bits are left; a guard bit below them ends the count of zeros.
      const rank = Math.clz32((hash & 0xfffff000) | 0x800) + 1;
      if ((registers[register] ?? 0) >= rank) return false;
      registers[register] = rank;
      return true;
    },
    estimate() {
      let sum = 0;
      let empty = 0;
      for (const rank of registers) {
        sum += 2 ** -rank;
        if (rank === 0) empty += 1;
      }
      const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
      if (raw > 2.5 * REGISTERS || empty === 0) return Math.round(raw);
      return Math.round(REGISTERS * Math.log(REGISTERS / empty));
    },
  };
}
