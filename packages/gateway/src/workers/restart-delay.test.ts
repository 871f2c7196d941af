import { expect, test } from 'vitest';
import { NEVER_DIED, nextRestart } from './restart-delay.ts';

/** The waits of a worker that dies after these milliseconds, one after the other. */
function waits(...lives: readonly number[]): readonly number[] {
  let restart = NEVER_DIED;
  return lives.map((lived) => {
    restart = nextRestart(restart, lived);
    return restart.delay;
  });
}

test('a worker is started again at once after a long life, and later and later while it dies soon', () => {
  expect(waits(60_000, 100, 100, 100)).toEqual([200, 400, 800, 1_600]);
  expect(waits(...Array<number>(20).fill(5)).at(-1)).toBe(10_000);
  expect(waits(5, 5, 5, 30_000, 5)).toEqual([200, 400, 800, 200, 400]);
});
