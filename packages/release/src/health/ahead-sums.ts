import { type ArmSums, addTo, armTally, emptyArm, type Growth } from './arm-sums.ts';
import type { CountersReportRow } from './counters-report.ts';
import type { BandTally, Tally } from './tally.ts';

/** What units did before a level held for them, by the level and the band of positions they are in. */
export type AheadSums = {
  add(ahead: NonNullable<CountersReportRow['ahead']>, growth: Growth): void;
  /** The same object until something is added: these counts stand still once their level is reached. */
  tally(limits: readonly number[]): Tally['ahead'];
};

/** Nobody was counted. */
export function createAheadSums(): AheadSums {
  const bands = new Map<string, Omit<BandTally, 'counts'> & { readonly sums: ArmSums }>();
  let told: { readonly limits: string; readonly tally: Tally['ahead'] } | undefined;

  return {
    add({ level, from, below }, growth) {
      const key = `${level}|${from}|${below}`;
      const band = bands.get(key) ?? { level, from, below, sums: emptyArm() };
      bands.set(key, band);
      addTo(band.sums, growth);
      told = undefined;
    },
    tally(limits) {
      if (bands.size === 0) return undefined;
      const text = limits.join();
      if (told?.limits !== text) {
        const tally = [...bands.values()].map(({ sums, ...band }) => ({
          ...band,
          counts: armTally(sums, limits),
        }));
        told = { limits: text, tally };
      }
      return told.tally;
    },
  };
}
