import type { Clock } from '@ombre/carry';

/**
 * Milliseconds since 1970 as the wall clock said when this began, and since then as the monotonic clock counts: a wall clock that is set
 * meanwhile neither skips nor doubles a hold.
 */
export function steadyTime(clock: Clock): () => number {
  const wall = clock.now();
  const began = clock.monotonic();
  return () => Math.round(wall + clock.monotonic() - began);
}
