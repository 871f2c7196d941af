import { MILLION, shareInMillionths } from '../share.ts';
import type { Level } from './level.ts';

/**
 * Where the arms of a level's steps begin and end, in millionths, ascending: each share s that it will have, and the end of
 * that share's control, min(2s, 1). Band k holds the positions from breakpoint k − 1 (for the first: 0) to below breakpoint k, so
 * treatment and control of every step are whole bands. A share of 1 has no control and adds no breakpoint.
 */
export function bandsOf({ share, steps = [] }: Pick<Level, 'share' | 'steps'>): readonly number[] {
  const shares = [...steps, { share }].map((step) => shareInMillionths(Math.min(step.share, share)));
  const ends = shares
    .filter((size) => size > 0 && size < MILLION)
    .flatMap((size) => [size, Math.min(2 * size, MILLION)]);
  return [...new Set(ends)].sort((a, b) => a - b);
}
