import { type ArmSums, addTo, armTally, emptyArm, type Growth } from './arm-sums.ts';
import type { CountersReportRow } from './counters-report.ts';
import type { ArmTally, Tally } from './tally.ts';

/** What units did before a level held for them, by the level and the band they will be in. */
export type AheadSums = {
  add(ahead: NonNullable<CountersReportRow['ahead']>, growth: Growth): void;
  /** The same object until something is added: these counts stand still once their level is reached. */
  tally(limits: readonly number[]): Tally['ahead'];
};

/** Nobody was counted. */
export function createAheadSums(): AheadSums {
  const levels = new Map<string, ArmSums[]>();
  let told: { readonly limits: string; readonly tally: Tally['ahead'] } | undefined;

  return {
    add({ level, band }, growth) {
      const bands = levels.get(level) ?? [];
      levels.set(level, bands);
      const sums = bands[band] ?? emptyArm();
      bands[band] = sums;
      addTo(sums, growth);
      told = undefined;
    },
    tally(limits) {
      if (levels.size === 0) return undefined;
      const text = limits.join();
      if (told?.limits !== text) {
        // Array.from visits the bands nobody was counted in as well.
        const tallyOf = (bands: readonly ArmSums[]): (ArmTally | undefined)[] =>
          Array.from(bands, (sums: ArmSums | undefined) => sums && armTally(sums, limits));
        const tally = Object.fromEntries([...levels].map(([level, bands]) => [level, tallyOf(bands)]));
        told = { limits: text, tally };
      }
      return told.tally;
    },
  };
}
