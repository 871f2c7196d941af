import { bandsOf, cutOf, type Level } from '@ombre/decide/model';
import { type ArmSums, addTo, armTally, emptyArm, type Growth } from './arm-sums.ts';
import type { CountersReportRow } from './counters-report.ts';
import type { BandTally, Tally } from './tally.ts';

/** What units did before a level held for them, by the level and the band of positions they are in. */
export type AheadSums = {
  add(ahead: NonNullable<CountersReportRow['ahead']>, growth: Growth): void;
  /**
   * What was counted by the bands that the ladder has now, in their order. The same object until something is added: these counts
   * stand still once their level is reached.
   */
  tally(ladder: readonly Level[], limits: readonly number[]): Tally['ahead'];
};

/** Nobody was counted. */
export function createAheadSums(): AheadSums {
  const counted = new Map<string, ArmSums>();
  let told:
    | { readonly ladder: readonly Level[]; readonly limits: string; readonly tally: Tally['ahead'] }
    | undefined;

  function tallyOf(ladder: readonly Level[], limits: readonly number[]): Tally['ahead'] {
    const found = ladder.flatMap(({ name: level }, index): readonly BandTally[] => {
      const ends = bandsOf(ladder, index);
      const cut = cutOf(ends);
      return ends.flatMap((below, k) => {
        const sums = counted.get(keyOf(level, cut, below));
        return sums === undefined
          ? []
          : [{ level, from: ends[k - 1] ?? 0, below, counts: armTally(sums, limits) }];
      });
    });
    return found.length === 0 ? undefined : found;
  }

  return {
    add({ level, below, cut }, growth) {
      const key = keyOf(level, cut, below);
      const sums = counted.get(key) ?? emptyArm();
      counted.set(key, sums);
      addTo(sums, growth);
      told = undefined;
    },
    tally(ladder, limits) {
      if (counted.size === 0) return undefined;
      const text = limits.join();
      if (told?.ladder !== ladder || told.limits !== text) {
        told = { ladder, limits: text, tally: tallyOf(ladder, limits) };
      }
      return told.tally;
    },
  };
}

function keyOf(level: string, cut: number, below: number): string {
  return `${cut}|${below}|${level}`;
}
