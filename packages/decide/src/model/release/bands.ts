import { murmur3 } from '../../bucketing/murmur3.ts';
import { MILLION, shareInMillionths } from '../share.ts';
import type { Level } from './level.ts';

/** Each band costs a gateway 64 rows of counters for each rule: a ladder with more of them is climbed without. */
const MOST_BANDS = 100;

/**
 * Where arms begin and end, in millionths, ascending, for those whom the level at `index` of a ladder is the first to hold for: each share s
 * that it or a later, larger level for the same or for everybody will have, and the end of that share's control, min(2s, 1). Band k
 * holds the positions from breakpoint k − 1 (for the first: 0) to below breakpoint k, so treatment and control of every such
 * step are whole bands. A share of 1 has no control and adds no breakpoint. None at all where there would be more than 100.
 */
export function bandsOf(
  ladder: readonly Pick<Level, 'when' | 'share' | 'steps'>[],
  index: number,
): readonly number[] {
  const first = ladder[index];
  const ends = new Set<number>();
  let most = 0;
  for (const level of ladder.slice(index)) {
    if (level !== first && level.when !== undefined && level.when !== first?.when) continue;
    for (const step of [...(level.steps ?? []), level]) {
      const share = shareInMillionths(Math.min(step.share, level.share));
      if (share <= most || share === MILLION) continue;
      ends.add(share).add(Math.min(2 * share, MILLION));
    }
    most = Math.max(most, shareInMillionths(level.share));
  }
  return ends.size > MOST_BANDS ? [] : [...ends].sort((a, b) => a - b);
}

/**
 * Tells breakpoints apart. Where a ladder is edited while a release waits, some bands stay and some come anew: what is counted by both
 * cuts together would be of longer ago for one arm than for the other.
 */
export function cutOf(bands: readonly number[]): number {
  return murmur3(bands.join()) >>> 0;
}
