import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evenly, seededRandom } from './random.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

test('a share is kept in short runs, at places nobody can foretell', () => {
  fc.assert(
    fc.property(seeds, fc.double({ min: 0.001, max: 1, noNaN: true }), (seed, share) => {
      const draw = evenly(share, seededRandom(seed));
      let hits = 0;
      for (let calls = 1; calls <= 500; calls++) {
        if (draw()) hits += 1;
        if (Math.abs(hits - calls * share) > 2) return false;
      }
      return true;
    }),
  );
  const draw = evenly(0.1, seededRandom(1));
  const places = Array.from({ length: 1_000 }, draw).flatMap((hit, place) => (hit ? [place % 10] : []));
  expect(new Set(places).size).toBe(10);
});

test('a share of nothing is never drawn', () => {
  const draw = evenly(0, seededRandom(1));
  expect(Array.from({ length: 1_000 }, draw)).not.toContain(true);
});
